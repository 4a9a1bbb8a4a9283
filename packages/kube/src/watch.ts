import { isApiError } from "./api-error.ts";
import { type Backoff, backoffDelayMs } from "./backoff.ts";
import type { KubeObject } from "./object.ts";
import { sleep } from "./sleep.ts";
import { isTransportError } from "./transport-error.ts";
import type { WatchSource } from "./watch-source.ts";
import { isOpen, step } from "./watcher.ts";
import {
  UNKNOWN,
  type WatcherEvent,
  type WatcherState,
  type WatcherStep,
} from "./watcher-state.ts";

/** Settings of {@link watch}. */
export interface WatchOptions {
  readonly signal: AbortSignal;
  /** @default 0.8 s doubling to 30 s, as client-go's reflector */
  readonly backoff?: Backoff;
  /** Milliseconds on a clock that only goes forward. @default performance.now */
  readonly now?: () => number;
  /** From 0 to 1, for the jitter of delays. @default Math.random */
  readonly random?: () => number;
}

const REFLECTOR_BACKOFF: Backoff = { initialMs: 800, maxMs: 30_000 };

/**
 * A watch that has held this long starts its next backoff from the shortest delay. client-go's
 * reflector forgets its failures after two minutes without any, so that the second of two outages a
 * minute apart leaves it deaf for up to half a minute after the API server is back. One more watch
 * in ten seconds is no load.
 */
const HEALTHY_AFTER_MS = 10_000;

/**
 * Nobody is spared by a longer wait for an API server that cannot be reached, and whoever waits is deaf
 * for as long after it is back. client-go waits up to 30 s all the same.
 */
const LONGEST_UNREACHED_MS = 5_000;

/** A `Retry-After` is kept up to here: a watch that sleeps longer would be deaf. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/**
 * Follows a collection until the signal aborts: step after step, with a pause after each failure.
 *
 * Guarantees: never ends of itself, never throws for what the API server did; after the signal
 * aborts nothing more is told, and no watch stays open.
 */
export async function* watch<T extends KubeObject>(
  source: WatchSource<T>,
  options: WatchOptions,
): AsyncGenerator<WatcherEvent<T>, void, undefined> {
  const { signal, backoff = REFLECTOR_BACKOFF } = options;
  const now = options.now ?? (() => performance.now());
  let state: WatcherState<T> = UNKNOWN;
  let failures = 0;
  let triedAt = now();
  try {
    while (!signal.aborted) {
      const next: WatcherStep<T> = await step(source, state, { signal, now });
      state = next.state;
      if (signal.aborted) return;
      if (next.event === undefined) continue;
      yield next.event;
      if (signal.aborted || next.event.type !== "failed") continue;
      failures = now() - triedAt > HEALTHY_AFTER_MS ? 1 : failures + 1;
      const delayMs = backoffDelayMs(backoff, failures, options.random);
      await sleep(pauseMs(next.event.error, delayMs), signal);
      // The pause itself is no sign of health.
      triedAt = now();
    }
  } finally {
    if (isOpen(state)) await state.events.return?.();
  }
}

/**
 * How long to wait after a failure: the backoff, or longer where the API server asks for it, or not so
 * long where nothing has reached it.
 */
export function pauseMs(error: unknown, backoffMs: number): number {
  if (isTransportError(error) && !error.maybeSent) return Math.min(backoffMs, LONGEST_UNREACHED_MS);
  const askedMs = isApiError(error) ? (error.retryAfterMs ?? 0) : 0;
  return Math.max(backoffMs, Math.min(askedMs, LONGEST_RETRY_AFTER_MS));
}
