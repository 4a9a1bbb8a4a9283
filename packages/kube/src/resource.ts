import type { KubeObject } from "./object.ts";

declare const objectType: unique symbol;

/**
 * Where the API server serves one kind: group, version, plural and scope. Fixed when a program is
 * written, so no discovery call is needed.
 */
export interface Resource<T extends KubeObject = KubeObject> {
  /** The API group; empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Carries the object's type and no value. */
  readonly [objectType]?: T;
}

/** Declares a resource and the type of its objects. */
export function defineResource<T extends KubeObject>(resource: {
  group: string;
  version: string;
  kind: string;
  plural: string;
  namespaced: boolean;
}): Resource<T> {
  return resource;
}

/** The `apiVersion` of a resource's objects: `v1`, `cert-manager.io/v1`. */
export function apiVersionOf(resource: Resource): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}

/**
 * The URL path of a collection, an object or a subresource.
 *
 * @throws TypeError when a namespaced object is addressed without a namespace, or a cluster-scoped
 * one with it: the API server would answer such a path with a bare 404.
 */
export function pathOf(
  resource: Resource,
  target: { namespace?: string | undefined; name?: string; subresource?: string } = {},
): string {
  const { namespace, name, subresource } = target;
  if (!resource.namespaced && namespace !== undefined) {
    throw new TypeError(
      `Cannot address ${resource.kind} in namespace ${namespace}: ${resource.plural} are cluster-scoped`,
    );
  }
  if (resource.namespaced && name !== undefined && namespace === undefined) {
    throw new TypeError(`Cannot address ${resource.kind} ${name}: it needs a namespace`);
  }
  const root = resource.group === "" ? "/api" : `/apis/${resource.group}`;
  const segments = [`${root}/${resource.version}`];
  if (namespace !== undefined) segments.push("namespaces", encodeURIComponent(namespace));
  segments.push(resource.plural);
  if (name !== undefined) segments.push(encodeURIComponent(name));
  if (subresource !== undefined) segments.push(subresource);
  return segments.join("/");
}
