import type { ChangeHandler, Informer } from "./informer.ts";
import type { KubeObject } from "./object.ts";
import type { StoreChange, StoreReader } from "./store.ts";

/**
 * Several informers of one resource, each of a part of its objects, read as one: a field selector
 * takes no OR, so that what is one collection to its reader may take a watch for each part.
 *
 * Guarantees: an object that is deleted and made again under its name in another part is one change
 * if the new one is told first, as in a store; in either order the new one is read as soon as it is
 * told.
 */
export class PartitionedInformer<T extends KubeObject> {
  readonly #divide: (signal: AbortSignal) => Promise<readonly Informer<T>[]>;
  readonly #handlers: ChangeHandler<T>[] = [];
  readonly #synced = Promise.withResolvers<void>();
  readonly #parts: Informer<T>[] = [];
  readonly store: StoreReader<T>;

  /** `divide` is asked once, by `run`; it gives up when its signal aborts. */
  constructor(divide: (signal: AbortSignal) => Promise<readonly Informer<T>[]>) {
    this.#divide = divide;
    this.store = new UnionOfStores(this.#parts);
  }

  /** Settles when every part has held everything that existed, for the first time. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Adds a handler. Those who come after `run` miss everything. */
  onChange(handler: ChangeHandler<T>): void {
    this.#handlers.push(handler);
  }

  /** Follows the cluster until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    this.#parts.push(...(await this.#divide(signal)));
    if (signal.aborted) return;
    for (const part of this.#parts) {
      for (const handler of this.#handlers) {
        part.onChange((change) => handler(this.#acrossParts(change)));
      }
    }
    // Their failure would show in `run`, not here: none of them rejects.
    void Promise.all(this.#parts.map((part) => part.synced)).then(() => this.#synced.resolve());
    await Promise.all(this.#parts.map((part) => part.run(signal)));
  }

  /** What left one part may be in another. */
  #acrossParts(change: StoreChange<T>): StoreChange<T> {
    if (change.after !== undefined) return change;
    const after = this.store.get(change.key);
    return after === undefined ? change : { ...change, after };
  }
}

class UnionOfStores<T extends KubeObject> implements StoreReader<T> {
  readonly #parts: readonly Informer<T>[];

  constructor(parts: readonly Informer<T>[]) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#parts.reduce((sum, { store }) => sum + store.size, 0);
  }

  get(key: string): T | undefined {
    let found: T | undefined;
    for (const { store } of this.#parts) {
      const each = store.get(key);
      if (each !== undefined) found = found === undefined ? each : newer(found, each);
    }
    return found;
  }

  list(): readonly T[] {
    return this.#parts.flatMap(({ store }) => store.list());
  }

  keysByIndex(index: string, value: string): readonly string[] {
    return this.#parts.flatMap(({ store }) => store.keysByIndex(index, value));
  }
}

/** Versions of one resource grow; Kubernetes promises their order since 1.35 (KEP-5504). */
function newer<T extends KubeObject>(a: T, b: T): T {
  return versionOf(a) > versionOf(b) ? a : b;
}

function versionOf(object: KubeObject): bigint {
  return BigInt(object.metadata.resourceVersion ?? 0);
}
