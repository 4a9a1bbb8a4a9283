import { type KubeObject, objectKey, type StoreReader } from "@countersign/kube";

/**
 * A store, corrected by what the API server has answered since: until the watch has told as much, a
 * version that was written or read live is what is read here. Without it a decision made in between
 * would sign again what is signed.
 */
export class LatestVersions<T extends KubeObject> {
  readonly #store: StoreReader<T>;
  /** Versions newer than the store's, when they were taken in. */
  readonly #seen = new Map<string, T>();
  /** The uids of objects that are gone, whatever the store still holds. */
  readonly #gone = new Map<string, string | undefined>();

  constructor(store: StoreReader<T>) {
    this.#store = store;
  }

  /** The newest version known. */
  get(key: string): T | undefined {
    const told = this.#store.get(key);
    if (told === undefined) return undefined;
    if (this.#gone.has(key) && this.#gone.get(key) === told.metadata.uid) return undefined;
    const seen = this.#seen.get(key);
    if (seen === undefined || isAsNew(told, seen)) {
      this.#seen.delete(key);
      return told;
    }
    return seen;
  }

  /** Takes in a version that the API server has answered, unless the watch has told the object's end. */
  saw(object: T): void {
    const key = objectKey(object.metadata);
    if (this.#store.get(key) !== undefined) this.#seen.set(key, object);
  }

  /** Takes in that an object does not exist any more. */
  sawGone(key: string, uid: string | undefined): void {
    if (this.#store.get(key) !== undefined) this.#gone.set(key, uid);
  }

  /** Drops what is known of a key that has left the store. */
  forget(key: string): void {
    this.#seen.delete(key);
    this.#gone.delete(key);
  }
}

/**
 * Whether the watch has told as much, or another object under the name. Versions of one resource
 * grow; Kubernetes promises their order since 1.35 (KEP-5504).
 */
function isAsNew(told: KubeObject, seen: KubeObject): boolean {
  if (told.metadata.uid !== seen.metadata.uid) return true;
  return BigInt(told.metadata.resourceVersion ?? 0) >= BigInt(seen.metadata.resourceVersion ?? 0);
}
