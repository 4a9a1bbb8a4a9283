import type { ObjectMeta } from "./object.ts";

/** An object's place in the cluster. */
export interface NamespacedName {
  readonly namespace?: string;
  readonly name: string;
}

/** The key of an object in stores and workqueues: `namespace/name`, or `name` where it has no namespace. */
export function objectKey(object: Pick<ObjectMeta, "namespace" | "name">): string {
  return object.namespace === undefined ? object.name : `${object.namespace}/${object.name}`;
}

/** Reads a key back; neither part can hold a slash. */
export function parseObjectKey(key: string): NamespacedName {
  const slash = key.indexOf("/");
  return slash === -1
    ? { name: key }
    : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
