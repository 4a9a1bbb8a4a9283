import type { Backoff } from "./backoff.ts";
import type { KubeObject } from "./object.ts";
import { Store, type StoreChange, type StoreOptions, type StoreReader } from "./store.ts";
import { watch } from "./watch.ts";
import type { WatchSource } from "./watch-source.ts";
import type { WatcherEvent } from "./watcher-state.ts";

/** Settings of an informer. */
export interface InformerOptions<T extends KubeObject> extends StoreOptions<T> {
  /** Told what failed and was recovered from, and what a handler threw. */
  readonly onError: (error: unknown) => void;
  readonly backoff?: Backoff;
}

/** Told what has changed. It is not waited for: what it throws, now or later, goes to `onError`. */
export type ChangeHandler<T extends KubeObject> = (change: StoreChange<T>) => void | Promise<void>;

/**
 * A watcher and its store: keeps the store equal to the cluster and tells each change to its
 * handlers.
 *
 * Guarantees: a handler that throws neither stops the informer nor keeps a change from the others,
 * nor does an object that `keep` or an index cannot read; the changes of a list are told once the
 * list is whole, those of a list that failed with the next one.
 */
export class Informer<T extends KubeObject> {
  readonly #source: WatchSource<T>;
  readonly #options: InformerOptions<T>;
  readonly #store: Store<T>;
  readonly #handlers: ChangeHandler<T>[] = [];
  readonly #synced = Promise.withResolvers<void>();
  /** The changes since a list began, told at its end; undefined between lists. */
  #listChanges: StoreChange<T>[] | undefined;

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
  onChange(handler: ChangeHandler<T>): void {
    this.#handlers.push(handler);
  }

  /** Follows the cluster until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { backoff } = this.#options;
    const options = backoff === undefined ? { signal } : { signal, backoff };
    for await (const event of watch(this.#source, options)) {
      if (signal.aborted) return;
      this.#take(event);
    }
  }

  #take(event: WatcherEvent<T>): void {
    switch (event.type) {
      case "listing":
        this.#listChanges ??= [];
        this.#store.beginList();
        return;
      case "page":
        for (const object of event.objects) this.#change(() => this.#store.apply(object));
        return;
      case "listed":
        this.#endList();
        return;
      case "applied":
        this.#change(() => this.#store.apply(event.object));
        return;
      case "deleted":
        this.#change(() => this.#store.delete(event.object));
        return;
      case "failed":
        this.#options.onError(event.error);
        return;
    }
  }

  /** Changes the store by one object. */
  #change(change: () => StoreChange<T> | undefined): void {
    try {
      const changed = change();
      if (changed === undefined) return;
      if (this.#listChanges === undefined) this.#tell(changed);
      else this.#listChanges.push(changed);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #endList(): void {
    const changes = [...(this.#listChanges ?? []), ...this.#store.endList()];
    this.#listChanges = undefined;
    for (const change of changes) this.#tell(change);
    this.#synced.resolve();
  }

  #tell(change: StoreChange<T>): void {
    for (const handler of this.#handlers) {
      // Waits for none of them; `#call` never rejects.
      void this.#call(handler, change);
    }
  }

  async #call(handler: ChangeHandler<T>, change: StoreChange<T>): Promise<void> {
    try {
      await handler(change);
    } catch (error) {
      this.#options.onError(error);
    }
  }
}
