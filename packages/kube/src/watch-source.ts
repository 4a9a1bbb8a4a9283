import { isApiError } from "./api-error.ts";
import type { Client, Selection } from "./client.ts";
import type { KubeList, KubeObject } from "./object.ts";
import type { Resource } from "./resource.ts";
import { decodeWatchEvents, type WatchEvent } from "./watch-event.ts";

/** What a watcher reads from: one collection of the API server, or a fake of it. */
export interface WatchSource<T extends KubeObject> {
  /** One page; the next one is asked for with the page's `continue`. */
  list(options: { continue?: string; signal: AbortSignal }): Promise<KubeList<T>>;
  /** The changes after a version, bookmarks among them. */
  watch(options: {
    resourceVersion: string;
    signal: AbortSignal;
  }): Promise<AsyncIterable<WatchEvent<T>>>;
  /**
   * What exists, then a bookmark that says so, then the changes: WatchList, KEP-3157. Rejects with
   * an ApiError of status 400 or 422 where the API server does not do that.
   */
  stream?(options: { signal: AbortSignal }): Promise<AsyncIterable<WatchEvent<T>>>;
}

/** Which objects of a resource a source tells. */
export interface SourceOptions {
  /** One namespace; without it all of them. */
  readonly namespace?: string;
  /** Left out once the API server has refused it: an object that arrives may be another's. */
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  /** Objects come as PartialObjectMetadata: `metadata` and nothing else. */
  readonly metadataOnly?: boolean;
  /** @default Math.random */
  readonly random?: () => number;
}

/** Objects a page, as client-go's pager. */
const PAGE_SIZE = 500;

/** The API server ends a watch after 5 to 10 minutes, so that not all come back together. As client-go. */
const SHORTEST_WATCH_SECONDS = 300;

/**
 * Reads a resource from the API server.
 *
 * Guarantees: a field selector that the API server does not know, because its CRD has no such
 * `selectableFields` or has lost them, narrows nothing and stops nothing.
 */
export function createWatchSource<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  options: SourceOptions = {},
): WatchSource<T> {
  const { random = Math.random, ...selection } = options;
  const select = selecting(selection);
  const timeoutSeconds = () => Math.round(SHORTEST_WATCH_SECONDS * (1 + random()));
  return {
    list: (page) =>
      select((selected) => client.list(resource, { ...selected, ...page, limit: PAGE_SIZE })),
    watch: (from) =>
      select(async (selected) =>
        decodeWatchEvents<T>(
          await client.watch(resource, {
            ...selected,
            ...from,
            timeoutSeconds: timeoutSeconds(),
          }),
        ),
      ),
    stream: ({ signal }) =>
      select(async (selected) =>
        decodeWatchEvents<T>(
          await client.watch(resource, {
            ...selected,
            signal,
            sendInitialEvents: true,
            timeoutSeconds: timeoutSeconds(),
          }),
        ),
      ),
  };
}

/** Makes calls with a selection, whose field selector goes when a call is refused for it. */
function selecting(
  wanted: Selection,
): <R>(call: (selection: Selection) => Promise<R>) => Promise<R> {
  let selection = wanted;
  return async (call) => {
    try {
      return await call(selection);
    } catch (error) {
      if (!isFieldSelectorRefusal(selection, error)) throw error;
      const { fieldSelector: _, ...rest } = selection;
      const answer = await call(rest);
      selection = rest;
      return answer;
    }
  };
}

/** An unknown field is the one thing in such a call that the API server answers with 400 for. */
function isFieldSelectorRefusal(selection: Selection, error: unknown): boolean {
  return selection.fieldSelector !== undefined && isApiError(error, "BadRequest");
}

/** Asks the API server whether it can select a resource's objects by a field selector. */
export async function isSelectable(
  client: Client,
  resource: Resource,
  selection: { fieldSelector: string; signal: AbortSignal },
): Promise<boolean> {
  try {
    await client.list(resource, { ...selection, limit: 1, metadataOnly: true });
    return true;
  } catch (error) {
    if (isFieldSelectorRefusal(selection, error)) return false;
    throw error;
  }
}
