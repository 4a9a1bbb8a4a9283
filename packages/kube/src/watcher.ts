import { isApiError } from "./api-error.ts";
import { type Backoff, backoffDelayMs } from "./backoff.ts";
import type { KubeList, KubeObject } from "./object.ts";
import { sleep } from "./sleep.ts";
import type { WatchEvent } from "./watch-event.ts";

/** What a watcher reads from: one collection of the API server, or a fake of it. */
export interface WatchSource<T extends KubeObject> {
  /** One page; the next one is asked for with the page's `continue`. */
  list(options: { continue?: string; signal: AbortSignal }): Promise<KubeList<T>>;
  /** The changes after a version, bookmarks among them. */
  watch(options: {
    resourceVersion: string;
    signal: AbortSignal;
  }): Promise<AsyncIterable<WatchEvent<T>>>;
}

/** What a watcher tells. Between `listing` and `listed` the pages hold everything that exists. */
export type WatcherEvent<T extends KubeObject> =
  | { readonly type: "listing" }
  | { readonly type: "page"; readonly objects: readonly T[] }
  | { readonly type: "listed" }
  | { readonly type: "applied"; readonly object: T }
  | { readonly type: "deleted"; readonly object: T }
  /** A step failed. The state that comes with it recovers; wait before the next step. */
  | { readonly type: "failed"; readonly error: unknown };

/**
 * Where a watcher stands.
 *
 * - `empty`: nothing is known, or too little to go on: list.
 * - `listing`: some pages are read, `continue` names the next.
 * - `listed`: the last page is read: say so.
 * - `connecting`: everything up to `resourceVersion` is told: open the watch.
 * - `watching`: the watch is open; `resourceVersion` is the last one it told.
 */
export type WatcherState<T extends KubeObject> =
  | { readonly phase: "empty" }
  | { readonly phase: "listing"; readonly continue?: string }
  | { readonly phase: "listed"; readonly resourceVersion: string }
  | { readonly phase: "connecting"; readonly resourceVersion: string }
  | {
      readonly phase: "watching";
      readonly resourceVersion: string;
      readonly openedAt: number;
      readonly events: AsyncIterator<WatchEvent<T>>;
    };

/** What a step came to: the next state, and what there is to tell. */
export interface WatcherStep<T extends KubeObject> {
  readonly state: WatcherState<T>;
  readonly event?: WatcherEvent<T>;
}

/** A watch that the API server ended in a way that calls for a pause. */
export class WatchError extends Error {
  override readonly name = "WatchError";
  readonly code: "ERR_WATCH_ENDED_AT_ONCE" | "ERR_WATCH_REFUSED" | "ERR_WATCH_NO_VERSION";

  constructor(code: WatchError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** Seen right after an API server's start: clean ends, several a second. Such an end is a failure. */
const SHORTEST_WATCH_MS = 1_000;

/**
 * Takes a watcher one step further: a page, the opening of a watch, or one event of it.
 *
 * An error never escapes: it comes as a `failed` event together with the state to go on from. A
 * version that is too old (410, as a status or as an event) leads back to `empty`, every other
 * error of a watch to `connecting`, so that nothing is listed again without need.
 */
export async function step<T extends KubeObject>(
  source: WatchSource<T>,
  state: WatcherState<T>,
  context: { signal: AbortSignal; now: () => number },
): Promise<WatcherStep<T>> {
  switch (state.phase) {
    case "empty":
      return { state: { phase: "listing" }, event: { type: "listing" } };
    case "listing":
      return listPage(source, state, context.signal);
    case "listed":
      return { state: { ...state, phase: "connecting" }, event: { type: "listed" } };
    case "connecting":
      return openWatch(source, state, context);
    case "watching":
      return nextEvent(state, context.now);
  }
}

async function listPage<T extends KubeObject>(
  source: WatchSource<T>,
  state: WatcherState<T> & { phase: "listing" },
  signal: AbortSignal,
): Promise<WatcherStep<T>> {
  try {
    const page = await source.list({
      signal,
      ...(state.continue === undefined ? {} : { continue: state.continue }),
    });
    const next = page.metadata.continue;
    return {
      state:
        next === undefined || next === ""
          ? { phase: "listed", resourceVersion: page.metadata.resourceVersion }
          : { phase: "listing", continue: next },
      event: { type: "page", objects: page.items },
    };
  } catch (error) {
    return { state: { phase: "empty" }, event: { type: "failed", error } };
  }
}

async function openWatch<T extends KubeObject>(
  source: WatchSource<T>,
  state: WatcherState<T> & { phase: "connecting" },
  context: { signal: AbortSignal; now: () => number },
): Promise<WatcherStep<T>> {
  const { resourceVersion } = state;
  try {
    const body = await source.watch({ resourceVersion, signal: context.signal });
    const events = body[Symbol.asyncIterator]();
    return { state: { phase: "watching", resourceVersion, openedAt: context.now(), events } };
  } catch (error) {
    return {
      state: isApiError(error, "Expired") ? { phase: "empty" } : state,
      event: { type: "failed", error },
    };
  }
}

async function nextEvent<T extends KubeObject>(
  state: WatcherState<T> & { phase: "watching" },
  now: () => number,
): Promise<WatcherStep<T>> {
  const resume = { phase: "connecting", resourceVersion: state.resourceVersion } as const;
  try {
    const next = await state.events.next();
    if (next.done !== true) return interpret(state, next.value);
    if (now() - state.openedAt >= SHORTEST_WATCH_MS) return { state: resume };
    const error = new WatchError(
      "ERR_WATCH_ENDED_AT_ONCE",
      `Watch ended within ${SHORTEST_WATCH_MS} ms of its opening`,
    );
    return { state: resume, event: { type: "failed", error } };
  } catch (error) {
    return { state: resume, event: { type: "failed", error } };
  }
}

function interpret<T extends KubeObject>(
  state: WatcherState<T> & { phase: "watching" },
  event: WatchEvent<T>,
): WatcherStep<T> {
  switch (event.type) {
    case "ERROR":
      return refused(state.resourceVersion, event.object);
    case "BOOKMARK":
      return advance(state, event.object);
    case "ADDED":
    case "MODIFIED":
      return advance(state, event.object, { type: "applied", object: event.object });
    case "DELETED":
      return advance(state, event.object, { type: "deleted", object: event.object });
  }
}

function refused<T extends KubeObject>(
  resourceVersion: string,
  status: { code?: number; message?: string },
): WatcherStep<T> {
  const { code, message = "no reason given" } = status;
  const error = new WatchError("ERR_WATCH_REFUSED", `Watch ended with ${code}: ${message}`);
  const isTooOld = code === 410;
  return {
    state: isTooOld ? { phase: "empty" } : { phase: "connecting", resourceVersion },
    event: { type: "failed", error },
  };
}

function advance<T extends KubeObject>(
  state: WatcherState<T> & { phase: "watching" },
  object: KubeObject,
  event?: WatcherEvent<T>,
): WatcherStep<T> {
  const { resourceVersion, name } = object.metadata;
  if (resourceVersion === undefined) {
    const error = new WatchError(
      "ERR_WATCH_NO_VERSION",
      `Watch told ${object.kind} ${name} without a resourceVersion`,
    );
    return { state: { phase: "empty" }, event: { type: "failed", error } };
  }
  const advanced = { ...state, resourceVersion };
  return event === undefined ? { state: advanced } : { state: advanced, event };
}

/** Settings of {@link watch}. */
export interface WatchOptions {
  readonly signal: AbortSignal;
  /** As client-go's reflector. @default 0.8 s doubling to 30 s */
  readonly backoff?: Backoff;
  readonly now?: () => number;
  readonly random?: () => number;
}

const REFLECTOR_BACKOFF: Backoff = { initialMs: 800, maxMs: 30_000 };

/** A watch that has held this long starts its next backoff from the shortest delay. */
const HEALTHY_AFTER_MS = 120_000;

/**
 * Follows a collection until the signal aborts: step after step, with a pause after each failure.
 *
 * Guarantees: never ends of itself, never throws for what the API server did; after the signal
 * aborts nothing more is told.
 */
export async function* watch<T extends KubeObject>(
  source: WatchSource<T>,
  options: WatchOptions,
): AsyncGenerator<WatcherEvent<T>, void, undefined> {
  const { signal, backoff = REFLECTOR_BACKOFF } = options;
  const now = options.now ?? (() => performance.now());
  let state: WatcherState<T> = { phase: "empty" };
  let failures = 0;
  let failedAt = 0;
  try {
    while (!signal.aborted) {
      const next: WatcherStep<T> = await step(source, state, { signal, now });
      state = next.state;
      if (signal.aborted) return;
      if (next.event === undefined) continue;
      yield next.event;
      if (next.event.type !== "failed") continue;
      failures = now() - failedAt > HEALTHY_AFTER_MS ? 1 : failures + 1;
      failedAt = now();
      await sleep(backoffDelayMs(backoff, failures, options.random), signal);
    }
  } finally {
    if (state.phase === "watching") await state.events.return?.();
  }
}
