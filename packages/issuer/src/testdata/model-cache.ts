import { objectKey, type StoreChange, type StoreReader } from "@countersign/kube";
import type { ModelApi, ModelChange } from "./model-api.ts";
import type { ModelObject } from "./model-object.ts";

/** A cache behind the server by as many versions as it has not been told. */
export class ModelCache {
  readonly store: StoreReader<ModelObject>;
  readonly #api: ModelApi;
  readonly #plural: string;
  readonly #keep: (object: ModelObject) => boolean;
  readonly #onChange: (change: StoreChange<ModelObject>) => void;
  readonly #objects = new Map<string, ModelObject>();
  #told = 0;

  constructor(
    api: ModelApi,
    options: {
      plural: string;
      keep: (object: ModelObject) => boolean;
      onChange: (change: StoreChange<ModelObject>) => void;
    },
  ) {
    this.#api = api;
    this.#plural = options.plural;
    this.#keep = options.keep;
    this.#onChange = options.onChange;
    this.store = {
      size: 0,
      get: (key) => this.#objects.get(key),
      list: () => [...this.#objects.values()],
      keysByIndex: () => [...this.#objects.keys()],
    };
  }

  /** Reads everything there is, as when a process begins or its watch is too old to go on. */
  list(): void {
    this.#told = this.#api.changes.length;
    const listed = this.#api.list(this.#plural);
    const keys = new Set(listed.map((object) => objectKey(object.metadata)));
    const gone = [...this.#objects.keys()].filter((key) => !keys.has(key));
    const changes = [
      ...listed.map((object) => this.#apply(object)),
      ...gone.map((key) => this.#remove(key)),
    ];
    for (const change of changes) if (change) this.#onChange({ ...change, isListed: true });
  }

  /** Is told everything from the first on, but for the last changes. */
  replay(lag: number): void {
    for (const change of this.#api.changes.slice(0, -lag)) this.#tellOne(change);
    this.#told = Math.max(0, this.#api.changes.length - lag);
  }

  /** Is told so many more changes. */
  tell(count: number = Number.POSITIVE_INFINITY): void {
    for (let left = count; left > 0 && this.#told < this.#api.changes.length; ) {
      const change = this.#api.changes[this.#told];
      this.#told += 1;
      if (change?.plural !== this.#plural) continue;
      left -= 1;
      this.#tellOne(change);
    }
  }

  #tellOne(change: ModelChange): void {
    if (change.plural !== this.#plural) return;
    const seen = this.#take(change);
    if (seen !== undefined) this.#onChange(seen);
  }

  #take({ before, after }: ModelChange): StoreChange<ModelObject> | undefined {
    if (after !== undefined) return this.#apply(after);
    return before === undefined ? undefined : this.#remove(objectKey(before.metadata));
  }

  #apply(object: ModelObject): StoreChange<ModelObject> | undefined {
    const key = objectKey(object.metadata);
    if (!this.#keep(object)) return this.#remove(key);
    const before = this.#objects.get(key);
    if (before !== undefined && isSameVersion(before, object)) return undefined;
    this.#objects.set(key, object);
    const change = { key, after: object, isListed: false };
    return before === undefined ? change : { ...change, before };
  }

  #remove(key: string): StoreChange<ModelObject> | undefined {
    const before = this.#objects.get(key);
    if (before === undefined) return undefined;
    this.#objects.delete(key);
    return { key, before, isListed: false };
  }
}

function isSameVersion(a: ModelObject, b: ModelObject): boolean {
  return a.metadata.resourceVersion === b.metadata.resourceVersion;
}
