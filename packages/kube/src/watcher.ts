import { isApiError } from "./api-error.ts";
import type { KubeObject } from "./object.ts";
import { WatchError } from "./watch-error.ts";
import type { WatchEvent } from "./watch-event.ts";
import type { WatchSource } from "./watch-source.ts";
import {
  type OpenWatch,
  type StreamTries,
  UNKNOWN,
  type WatcherEvent,
  type WatcherState,
  type WatcherStep,
} from "./watcher-state.ts";

/** Seen right after an API server's start: clean ends, several a second. Such an end is a failure. */
const SHORTEST_WATCH_MS = 1_000;

/** So often in a row an API server may be late with a stream, before the list is read in pages. */
const MOST_LATE_STREAMS = 5;

/** A bookmark with this annotation ends the list of a stream. KEP-3157 */
const LIST_END = "k8s.io/initial-events-end";

type InPhase<T extends KubeObject, P extends WatcherState<T>["phase"]> = Extract<
  WatcherState<T>,
  { phase: P }
>;

/**
 * Takes a watcher one step further: a page, the opening of a watch, or one event of it.
 *
 * An error never escapes: it comes as a `failed` event together with the state to go on from. A
 * version that is too old (410, as a status or as an event) leads back to `empty`, every other
 * error of a watch to `connecting`, so that nothing is listed again without need. A list that
 * cannot be streamed is read in pages: at once where the API server refuses to, the next time where
 * its stream broke off, and after some tries where it is not yet up to date (504). A watch that is left is closed.
 */
export async function step<T extends KubeObject>(
  source: WatchSource<T>,
  state: WatcherState<T>,
  context: { signal: AbortSignal; now: () => number },
): Promise<WatcherStep<T>> {
  switch (state.phase) {
    case "empty":
      return {
        state:
          state.by === "stream" && source.stream
            ? { phase: "opening", ...lateness(state) }
            : { phase: "listing" },
        event: { type: "listing" },
      };
    case "opening":
      return openStream(source, state, context);
    case "streaming":
    case "watching":
      return nextEvent(state, context.now);
    case "listing":
      return listPage(source, state, context.signal);
    case "listed":
      return { state: { ...state, phase: "connecting" }, event: { type: "listed" } };
    case "connecting":
      return openWatch(source, state, context);
  }
}

async function listPage<T extends KubeObject>(
  source: WatchSource<T>,
  state: InPhase<T, "listing">,
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
    return { state: UNKNOWN, event: { type: "failed", error } };
  }
}

async function openStream<T extends KubeObject>(
  source: WatchSource<T>,
  state: InPhase<T, "opening">,
  { signal, now }: { signal: AbortSignal; now: () => number },
): Promise<WatcherStep<T>> {
  try {
    const body = await source.stream?.({ signal });
    if (body === undefined) return { state: { phase: "listing" } };
    const events = body[Symbol.asyncIterator]();
    return { state: { phase: "streaming", openedAt: now(), events, ...lateness(state) } };
  } catch (error) {
    const isRefused = isApiError(error, "Invalid") || isApiError(error, "BadRequest");
    if (isRefused) return { state: { phase: "listing" } };
    const isLate = isApiError(error, "Timeout");
    return { state: isLate ? afterLateStream(state) : UNKNOWN, event: { type: "failed", error } };
  }
}

function lateness({ late }: StreamTries): StreamTries {
  return late === undefined ? {} : { late };
}

/**
 * An API server that has just started, or is behind etcd, answers 504: pages it could read from etcd, but
 * a whole collection in pages takes several times the memory. It is given some time, and not for ever.
 */
function afterLateStream({ late = 0 }: StreamTries): WatcherState<never> {
  return late + 1 < MOST_LATE_STREAMS
    ? { phase: "empty", by: "stream", late: late + 1 }
    : { phase: "empty", by: "pages" };
}

async function openWatch<T extends KubeObject>(
  source: WatchSource<T>,
  state: InPhase<T, "connecting">,
  { signal, now }: { signal: AbortSignal; now: () => number },
): Promise<WatcherStep<T>> {
  const { resourceVersion } = state;
  try {
    const body = await source.watch({ resourceVersion, signal });
    const events = body[Symbol.asyncIterator]();
    return { state: { phase: "watching", resourceVersion, openedAt: now(), events } };
  } catch (error) {
    return {
      state: isApiError(error, "Expired") ? UNKNOWN : state,
      event: { type: "failed", error },
    };
  }
}

async function nextEvent<T extends KubeObject>(
  state: InPhase<T, "streaming" | "watching">,
  now: () => number,
): Promise<WatcherStep<T>> {
  try {
    const next = await state.events.next();
    if (next.done === true) return ended(state, now() - state.openedAt);
    const interpreted = interpret(state, next.value);
    if (!isOpen(interpreted.state)) await state.events.return?.();
    return interpreted;
  } catch (error) {
    return { state: resumeFrom(state), event: { type: "failed", error } };
  }
}

/** Where to go on from when a watch is over. A list that broke off is not gone on with. */
function resumeFrom<T extends KubeObject>(
  state: InPhase<T, "streaming" | "watching">,
): WatcherState<T> {
  return state.phase === "streaming"
    ? { phase: "empty", by: "pages" }
    : { phase: "connecting", resourceVersion: state.resourceVersion };
}

function ended<T extends KubeObject>(
  state: InPhase<T, "streaming" | "watching">,
  openMs: number,
): WatcherStep<T> {
  const resume = resumeFrom(state);
  if (state.phase === "streaming") {
    const message = "Watch ended before it had told all that exists";
    const error = new WatchError("ERR_WATCH_ENDED_EARLY", message);
    return { state: resume, event: { type: "failed", error } };
  }
  if (openMs >= SHORTEST_WATCH_MS) return { state: resume };
  const error = new WatchError(
    "ERR_WATCH_ENDED_AT_ONCE",
    `Watch ended within ${SHORTEST_WATCH_MS} ms of its opening`,
  );
  return { state: resume, event: { type: "failed", error } };
}

function interpret<T extends KubeObject>(
  state: InPhase<T, "streaming" | "watching">,
  event: WatchEvent<T>,
): WatcherStep<T> {
  switch (event.type) {
    case "ERROR":
      return refused(state, event.object);
    case "BOOKMARK":
      return bookmarked(state, event.object);
    case "ADDED":
    case "MODIFIED":
      return state.phase === "streaming"
        ? { state, event: { type: "page", objects: [event.object] } }
        : advance(state, event.object, { type: "applied", object: event.object });
    case "DELETED":
      return state.phase === "streaming"
        ? { state, event: { type: "deleted", object: event.object } }
        : advance(state, event.object, { type: "deleted", object: event.object });
  }
}

function refused<T extends KubeObject>(
  state: InPhase<T, "streaming" | "watching">,
  status: { code?: number; message?: string },
): WatcherStep<T> {
  const { code, message = "no reason given" } = status;
  const error = new WatchError("ERR_WATCH_REFUSED", `Watch ended with ${code}: ${message}`);
  const event = { type: "failed", error } as const;
  if (state.phase === "streaming" && code === 504) return { state: afterLateStream(state), event };
  const isTooOld = state.phase === "watching" && code === 410;
  return { state: isTooOld ? UNKNOWN : resumeFrom(state), event };
}

function bookmarked<T extends KubeObject>(
  state: InPhase<T, "streaming" | "watching">,
  bookmark: KubeObject,
): WatcherStep<T> {
  if (state.phase === "watching") return advance(state, bookmark);
  if (bookmark.metadata.annotations?.[LIST_END] !== "true") return { state };
  return advance({ ...state, phase: "watching" }, bookmark, { type: "listed" });
}

/** Moves on to the version of what the watch told, which is where the next watch begins. */
function advance<T extends KubeObject>(
  watch: OpenWatch<T> & { phase: "watching" },
  object: KubeObject,
  event?: WatcherEvent<T>,
): WatcherStep<T> {
  const { resourceVersion, name } = object.metadata;
  if (resourceVersion === undefined) {
    const error = new WatchError(
      "ERR_WATCH_NO_VERSION",
      `Watch told ${object.kind} ${name} without a resourceVersion`,
    );
    return { state: UNKNOWN, event: { type: "failed", error } };
  }
  const state = { ...watch, resourceVersion };
  return event === undefined ? { state } : { state, event };
}

/** Whether a state holds a watch that somebody must close. */
export function isOpen<T extends KubeObject>(
  state: WatcherState<T>,
): state is InPhase<T, "streaming" | "watching"> {
  return state.phase === "streaming" || state.phase === "watching";
}
