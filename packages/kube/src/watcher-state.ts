import type { KubeObject } from "./object.ts";
import type { WatchEvent } from "./watch-event.ts";

/**
 * What a watcher tells. Between `listing` and `listed` the pages hold everything that exists; a
 * `listing` without a `listed` before the next is a list that failed.
 */
export type WatcherEvent<T extends KubeObject> =
  | { readonly type: "listing" }
  /** Of a streamed list each object is a page. */
  | { readonly type: "page"; readonly objects: readonly T[] }
  | { readonly type: "listed" }
  | { readonly type: "applied"; readonly object: T }
  /** Within a list too, when an object goes while it is streamed. */
  | { readonly type: "deleted"; readonly object: T }
  /** A step failed. The state that comes with it recovers; wait before the next step. */
  | { readonly type: "failed"; readonly error: unknown };

/** How a list is read: streamed by the watch that goes on after it, or page by page. */
export type ListMode = "stream" | "pages";

/**
 * Where a watcher stands.
 *
 * - `empty`: nothing is known, or too little to go on: list.
 * - `opening`: have the list streamed.
 * - `streaming`: the watch is open and tells what exists, until a bookmark says that this was all.
 * - `listing`: some pages are read, `continue` names the next.
 * - `listed`: the last page is read: say so.
 * - `connecting`: everything up to `resourceVersion` is told: open the watch.
 * - `watching`: the watch is open; `resourceVersion` is the last one it told.
 */
export type WatcherState<T extends KubeObject> =
  | ({ readonly phase: "empty"; readonly by: ListMode } & StreamTries)
  | ({ readonly phase: "opening" } & StreamTries)
  | ({ readonly phase: "streaming" } & OpenWatch<T> & StreamTries)
  | { readonly phase: "listing"; readonly continue?: string }
  | { readonly phase: "listed"; readonly resourceVersion: string }
  | { readonly phase: "connecting"; readonly resourceVersion: string }
  | ({ readonly phase: "watching"; readonly resourceVersion: string } & OpenWatch<T>);

/** How often in a row an API server was not yet able to stream. @default 0 */
export interface StreamTries {
  readonly late?: number;
}

/** What the states with an open watch hold. Whoever leaves them closes it. */
export interface OpenWatch<T extends KubeObject> {
  readonly openedAt: number;
  readonly events: AsyncIterator<WatchEvent<T>>;
}

/** Where a watcher begins. */
export const UNKNOWN: { readonly phase: "empty"; readonly by: ListMode } = {
  phase: "empty",
  by: "stream",
};

/** What a step came to: the next state, and what there is to tell. */
export interface WatcherStep<T extends KubeObject> {
  readonly state: WatcherState<T>;
  readonly event?: WatcherEvent<T>;
}
