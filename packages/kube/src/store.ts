import type { KubeObject } from "./object.ts";
import { objectKey } from "./object-key.ts";

/** What happened to one key of a store: `before` is missing for a new object, `after` for one that left. */
export interface StoreChange<T extends KubeObject> {
  readonly key: string;
  readonly before?: T;
  readonly after?: T;
  /** Told by a list, not by the watch. */
  readonly isListed: boolean;
}

/** Which values an index files an object under. */
export type IndexFunction<T extends KubeObject> = (object: T) => readonly string[];

/** Settings of a store. */
export interface StoreOptions<T extends KubeObject> {
  /**
   * What is kept of an object; undefined where nothing is, as if it did not exist. Memory follows
   * what this returns, less its managedFields, which are never kept.
   */
  readonly keep?: (object: T) => T | undefined;
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
}

/** The read side of a store: what a watcher has told, by key and by index. Objects are not to be changed. */
export interface StoreReader<T extends KubeObject> {
  readonly size: number;
  get(key: string): T | undefined;
  list(): readonly T[];
  keysByIndex(index: string, value: string): readonly string[];
}

/**
 * The objects of one collection, as a watcher tells them.
 *
 * Guarantees: every change is returned once, and one that changes nothing (a list that tells a known
 * version again) not at all. An object that was deleted and made again under its name between two
 * lists is one change, whose `before` and `after` differ in uid.
 */
export class Store<T extends KubeObject> implements StoreReader<T> {
  readonly #keep: (object: T) => T | undefined;
  readonly #indexFunctions: [string, IndexFunction<T>][];
  readonly #objects = new Map<string, T>();
  /** Keys by value by index. No set is empty. */
  readonly #indexes = new Map<string, Map<string, Set<string>>>();
  /** The keys that the list under way has told; undefined between lists. */
  #listed: Set<string> | undefined;

  constructor(options: StoreOptions<T> = {}) {
    this.#keep = options.keep ?? ((object) => object);
    this.#indexFunctions = Object.entries(options.indexes ?? {});
    for (const [name] of this.#indexFunctions) this.#indexes.set(name, new Map());
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): readonly T[] {
    return [...this.#objects.values()];
  }

  keysByIndex(index: string, value: string): readonly string[] {
    const values = this.#indexes.get(index);
    if (values === undefined) throw new TypeError(`Cannot look up index ${index}: not declared`);
    return [...(values.get(value) ?? [])];
  }

  /** Begins a list: whatever it does not tell before `endList` is gone. */
  beginList(): void {
    this.#listed = new Set();
  }

  /** Takes an object in. */
  apply(object: T): StoreChange<T> | undefined {
    const key = objectKey(object.metadata);
    const kept = this.#keep(object);
    if (kept === undefined) return this.#remove(key);
    this.#listed?.add(key);
    const before = this.#objects.get(key);
    if (before !== undefined && isSameVersion(before, object)) return undefined;
    const after = withoutManagedFields(kept);
    this.#unfile(key, before);
    this.#objects.set(key, after);
    this.#file(key, after);
    const change = { key, after, isListed: this.#listed !== undefined };
    return before === undefined ? change : { ...change, before };
  }

  /** Takes an object out. */
  delete(object: T): StoreChange<T> | undefined {
    return this.#remove(objectKey(object.metadata));
  }

  /** Ends a list and takes out what it did not tell. */
  endList(): StoreChange<T>[] {
    const listed = this.#listed;
    if (listed === undefined) return [];
    const gone = [...this.#objects.keys()].filter((key) => !listed.has(key));
    const changes = gone.map((key) => this.#remove(key)).filter((change) => change !== undefined);
    this.#listed = undefined;
    return changes;
  }

  #remove(key: string): StoreChange<T> | undefined {
    const before = this.#objects.get(key);
    if (before === undefined) return undefined;
    this.#unfile(key, before);
    this.#objects.delete(key);
    return { key, before, isListed: this.#listed !== undefined };
  }

  #file(key: string, object: T): void {
    for (const [name, values] of this.#indexFunctions) {
      const index = this.#indexes.get(name);
      for (const value of values(object)) {
        const keys = index?.get(value);
        if (keys === undefined) index?.set(value, new Set([key]));
        else keys.add(key);
      }
    }
  }

  #unfile(key: string, object: T | undefined): void {
    if (object === undefined) return;
    for (const [name, values] of this.#indexFunctions) {
      const index = this.#indexes.get(name);
      for (const value of values(object)) {
        const keys = index?.get(value);
        keys?.delete(key);
        if (keys?.size === 0) index?.delete(value);
      }
    }
  }
}

/** A quarter of an object's size, and no controller reads them. */
function withoutManagedFields<T extends KubeObject>(object: T): T {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function isSameVersion(a: KubeObject, b: KubeObject): boolean {
  return (
    a.metadata.uid === b.metadata.uid && a.metadata.resourceVersion === b.metadata.resourceVersion
  );
}
