import { setTimeout as sleep } from "node:timers/promises";
import { TestingError } from "./testing-error.ts";

/** Settings of {@link poll}. */
export interface PollOptions {
  readonly timeoutMs: number;
  /** @default 100 */
  readonly intervalMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Tries until an attempt gives something other than undefined, and returns that.
 *
 * An attempt that throws counts as "not yet"; what it threw becomes the cause when time is up.
 *
 * @throws TestingError `ERR_NOT_READY` when time is up; the signal's reason when it aborts.
 */
export async function poll<T>(
  what: string,
  attempt: (signal: AbortSignal) => Promise<T | undefined>,
  options: PollOptions,
): Promise<T> {
  const { timeoutMs, intervalMs = 100, signal } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  const either = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
  let lastError: unknown;
  while (!either.aborted) {
    try {
      const result = await attempt(either);
      if (result !== undefined) return result;
    } catch (error) {
      if (!either.aborted) lastError = error;
    }
    await sleep(intervalMs, undefined, { signal: either }).catch(() => {}); // the loop asks again
  }
  signal?.throwIfAborted();
  const last = lastError instanceof Error ? `: ${lastError.message}` : "";
  throw new TestingError(
    "ERR_NOT_READY",
    `Cannot wait for ${what} any longer: not there after ${timeoutMs} ms${last}`,
    { cause: lastError },
  );
}
