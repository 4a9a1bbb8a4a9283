import type { Backoff } from "./backoff.ts";
import type { Client } from "./client.ts";
import type { KubeObject } from "./object.ts";
import type { Resource } from "./resource.ts";
import { Store, type StoreChange, type StoreOptions, type StoreReader } from "./store.ts";
import { decodeWatchEvents } from "./watch-event.ts";
import { type WatcherEvent, type WatchSource, watch } from "./watcher.ts";

/** Settings of an informer. */
export interface InformerOptions<T extends KubeObject> extends StoreOptions<T> {
  /** Told what failed and was recovered from, and what a handler threw. */
  readonly onError: (error: unknown) => void;
  readonly backoff?: Backoff;
}

/**
 * A watcher and its store: keeps the store equal to the cluster and tells each change to its
 * handlers.
 *
 * Guarantees: a handler that throws neither stops the informer nor keeps a change from the others;
 * the changes of a list are told once the list is whole.
 */
export class Informer<T extends KubeObject> {
  readonly #source: WatchSource<T>;
  readonly #options: InformerOptions<T>;
  readonly #store: Store<T>;
  readonly #handlers: ((change: StoreChange<T>) => void)[] = [];
  readonly #synced = Promise.withResolvers<void>();
  /** The changes of the list under way, told at its end. */
  #listChanges: StoreChange<T>[] = [];

  constructor(source: WatchSource<T>, options: InformerOptions<T>) {
    this.#source = source;
    this.#options = options;
    this.#store = new Store(options);
  }

  get store(): StoreReader<T> {
    return this.#store;
  }

  /** Settles when the store has held everything that existed, for the first time. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Adds a handler. Those who come after `run` miss what was told before. */
  onChange(handler: (change: StoreChange<T>) => void): void {
    this.#handlers.push(handler);
  }

  /** Follows the cluster until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { backoff } = this.#options;
    const options = backoff === undefined ? { signal } : { signal, backoff };
    for await (const event of watch(this.#source, options)) this.#take(event);
  }

  #take(event: WatcherEvent<T>): void {
    switch (event.type) {
      case "listing":
        this.#listChanges = [];
        this.#store.beginList();
        return;
      case "page":
        for (const object of event.objects) this.#collect(this.#store.apply(object));
        return;
      case "listed":
        this.#listChanges.push(...this.#store.endList());
        for (const change of this.#listChanges.splice(0)) this.#tell(change);
        this.#synced.resolve();
        return;
      case "applied":
        this.#tell(this.#store.apply(event.object));
        return;
      case "deleted":
        this.#tell(this.#store.delete(event.object));
        return;
      case "failed":
        this.#options.onError(event.error);
        return;
    }
  }

  #collect(change: StoreChange<T> | undefined): void {
    if (change !== undefined) this.#listChanges.push(change);
  }

  #tell(change: StoreChange<T> | undefined): void {
    if (change === undefined) return;
    for (const handler of this.#handlers) {
      try {
        handler(change);
      } catch (error) {
        this.#options.onError(error);
      }
    }
  }
}

/** Which objects of a resource a source tells. */
export interface SourceOptions {
  /** One namespace; without it all of them. */
  readonly namespace?: string;
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

/** Reads a resource from the API server: pages of a list, then a watch with bookmarks. */
export function createWatchSource<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  options: SourceOptions = {},
): WatchSource<T> {
  const { random = Math.random, ...selection } = options;
  return {
    list: (page) => client.list(resource, { ...selection, ...page, limit: PAGE_SIZE }),
    watch: async ({ resourceVersion, signal }) => {
      const timeoutSeconds = Math.round(SHORTEST_WATCH_SECONDS * (1 + random()));
      const body = await client.watch(resource, {
        ...selection,
        resourceVersion,
        timeoutSeconds,
        signal,
      });
      return decodeWatchEvents<T>(body);
    },
  };
}
