import type { KubeList, KubeObject, ObjectMeta } from "./object.ts";
import { apiVersionOf, pathOf, type Resource } from "./resource.ts";
import { APPLY_PATCH } from "./retry.ts";
import type { ApiRequest, Transport } from "./transport.ts";

/** Names one object; a namespaced one with its namespace. */
export interface ObjectTarget {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** Settings of every call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Settings of a call that writes an object. */
export interface WriteOptions extends CallOptions {
  /** Who the written fields are recorded under in managedFields. */
  readonly fieldOwner?: string;
  /** Validates, admits and answers, but stores nothing. */
  readonly dryRun?: boolean;
}

/** Which objects of a collection are meant. */
export interface Selection {
  /** All namespaces when absent. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /**
   * Objects come with their metadata alone. What they are typed as is up to the resource: declare
   * one of `KubeObject`.
   */
  readonly metadataOnly?: boolean;
}

/** Settings of {@link Client.list}. */
export interface ListOptions extends Selection, CallOptions {
  /** The most objects of one page. */
  readonly limit?: number;
  /** The next page: `metadata.continue` of the page before. */
  readonly continue?: string | undefined;
  /** "0" for whatever the API server has cached; the newest state when absent. */
  readonly resourceVersion?: string | undefined;
}

/** Settings of {@link Client.watch}. */
export interface WatchCallOptions extends Selection, CallOptions {
  readonly resourceVersion?: string | undefined;
  /** Begins with the objects that exist, then a bookmark that says so (WatchList, KEP-3157). */
  readonly sendInitialEvents?: boolean;
  /** @default true */
  readonly allowWatchBookmarks?: boolean;
  /** When the API server ends the watch; 30 to 60 minutes when absent. */
  readonly timeoutSeconds?: number;
}

/** Settings of {@link Client.apply}. */
export interface ApplyOptions extends CallOptions {
  readonly fieldOwner: string;
  /** Takes over the fields that others own, as a controller must. @default true */
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

/** Settings of {@link Client.delete}. */
export interface DeleteOptions extends CallOptions {
  /** Fails with `Conflict` when the object is another one, or another version of it. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** An object to create: `apiVersion` and `kind` follow from the resource. */
export type Draft<T extends KubeObject> = Omit<T, "apiVersion" | "kind" | "metadata"> & {
  readonly metadata: Omit<ObjectMeta, "name"> &
    ({ readonly name: string } | { readonly generateName: string });
};

/** The fields of an object that an apply is to own. Lists are whole. */
export type ApplyConfiguration<T extends KubeObject> = DeepPartial<
  Omit<T, "apiVersion" | "kind" | "metadata">
> & { readonly metadata: ObjectMeta };

/** A type with every field optional, down to its lists. */
export type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: DeepPartial<T[K]> }
    : T;

/**
 * Reads and writes the objects of an API server.
 *
 * Every function throws what its {@link Transport} throws. Objects are the JSON as it came: their
 * type is the resource's word, not checked.
 */
export interface Client {
  get<T extends KubeObject>(
    resource: Resource<T>,
    target: ObjectTarget,
    options?: CallOptions,
  ): Promise<T>;
  /** Gets one page. Its objects have the apiVersion and kind that the API leaves out in lists. */
  list<T extends KubeObject>(resource: Resource<T>, options?: ListOptions): Promise<KubeList<T>>;
  /** Opens a watch and gives its lines as they arrive; it ends when the iteration or the signal does. */
  watch(resource: Resource, options?: WatchCallOptions): Promise<AsyncIterable<Uint8Array>>;
  create<T extends KubeObject>(
    resource: Resource<T>,
    object: Draft<T>,
    options?: WriteOptions,
  ): Promise<T>;
  /** Server-side apply: sets these fields, and drops those that an earlier apply set and this does not. */
  apply<T extends KubeObject>(
    resource: Resource<T>,
    object: ApplyConfiguration<T>,
    options: ApplyOptions,
  ): Promise<T>;
  /** {@link Client.apply} of the status subresource. */
  applyStatus<T extends KubeObject>(
    resource: Resource<T>,
    object: ApplyConfiguration<T>,
    options: ApplyOptions,
  ): Promise<T>;
  /** Updates a whole object; with a resourceVersion in it, only that version of it. */
  replace<T extends KubeObject>(
    resource: Resource<T>,
    object: T,
    options?: WriteOptions & { subresource?: string },
  ): Promise<T>;
  /** JSON merge patch (RFC 7386): null removes a field, a list is replaced whole. */
  mergePatch<T extends KubeObject>(
    resource: Resource<T>,
    target: ObjectTarget & { subresource?: string },
    patch: unknown,
    options?: WriteOptions,
  ): Promise<T>;
  delete(resource: Resource, target: ObjectTarget, options?: DeleteOptions): Promise<void>;
  /**
   * Gets what is served beside the objects: `/version`, `/apis`, `/openapi/v3/apis/apps/v1`. Every
   * account may read those (the ClusterRole `system:discovery`). The path begins with a slash and is
   * already encoded; a query is not part of it.
   */
  getPath(path: string, options?: CallOptions): Promise<unknown>;
  /** Posts to a subresource, as a TokenRequest to `token`, and gives what it answers. */
  createSubresource(
    resource: Resource,
    target: ObjectTarget & { subresource: string },
    body: unknown,
    options?: CallOptions,
  ): Promise<unknown>;
}

/** Creates the {@link Client} of an API server. */
export function createClient(transport: Transport): Client {
  return new TransportClient(transport);
}

class TransportClient implements Client {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async get<T extends KubeObject>(
    resource: Resource<T>,
    target: ObjectTarget,
    { signal }: CallOptions = {},
  ): Promise<T> {
    return this.#object({ method: "GET", path: pathOf(resource, target), signal });
  }

  async list<T extends KubeObject>(
    resource: Resource<T>,
    options: ListOptions = {},
  ): Promise<KubeList<T>> {
    const { limit, resourceVersion, signal } = options;
    const answer = await this.#transport.request({
      method: "GET",
      path: pathOf(resource, { namespace: options.namespace }),
      query: {
        ...selectors(options),
        limit: limit?.toString(),
        continue: options.continue,
        resourceVersion,
      },
      accept: options.metadataOnly ? METADATA_LIST : JSON_ONLY,
      signal,
    });
    const { metadata, items } = answer as { metadata: KubeList<T>["metadata"]; items: T[] | null };
    const { kind } = resource;
    const apiVersion = apiVersionOf(resource);
    return {
      metadata,
      items: (items ?? []).map((item) => Object.assign({ apiVersion, kind }, item)),
    };
  }

  async watch(
    resource: Resource,
    options: WatchCallOptions = {},
  ): Promise<AsyncIterable<Uint8Array>> {
    const { allowWatchBookmarks = true, sendInitialEvents, timeoutSeconds, signal } = options;
    return this.#transport.stream({
      method: "GET",
      path: pathOf(resource, { namespace: options.namespace }),
      query: {
        watch: "true",
        ...selectors(options),
        allowWatchBookmarks: String(allowWatchBookmarks),
        resourceVersion: options.resourceVersion,
        sendInitialEvents: sendInitialEvents?.toString(),
        // The API server takes sendInitialEvents only together with this.
        resourceVersionMatch: sendInitialEvents === undefined ? undefined : "NotOlderThan",
        timeoutSeconds: timeoutSeconds?.toString(),
      },
      accept: options.metadataOnly ? METADATA : JSON_ONLY,
      signal,
    });
  }

  async create<T extends KubeObject>(
    resource: Resource<T>,
    object: Draft<T>,
    options: WriteOptions = {},
  ): Promise<T> {
    const { namespace } = object.metadata;
    if (resource.namespaced && namespace === undefined) {
      throw new TypeError(`Cannot create ${resource.kind}: it needs a namespace`);
    }
    return this.#object({
      method: "POST",
      path: pathOf(resource, { namespace }),
      query: writeQuery(options),
      body: withType(resource, object),
      signal: options.signal,
    });
  }

  async apply<T extends KubeObject>(
    resource: Resource<T>,
    object: ApplyConfiguration<T>,
    options: ApplyOptions,
  ): Promise<T> {
    const { namespace, name } = object.metadata;
    return this.#object(
      applyRequest(pathOf(resource, { namespace, name }), withType(resource, object), options),
    );
  }

  async applyStatus<T extends KubeObject>(
    resource: Resource<T>,
    object: ApplyConfiguration<T>,
    options: ApplyOptions,
  ): Promise<T> {
    const { namespace, name } = object.metadata;
    const path = pathOf(resource, { namespace, name, subresource: "status" });
    return this.#object(applyRequest(path, withType(resource, object), options));
  }

  async replace<T extends KubeObject>(
    resource: Resource<T>,
    object: T,
    options: WriteOptions & { subresource?: string } = {},
  ): Promise<T> {
    const { namespace, name } = object.metadata;
    const { subresource, signal } = options;
    return this.#object({
      method: "PUT",
      path: pathOf(resource, { namespace, name, ...(subresource && { subresource }) }),
      query: writeQuery(options),
      body: withType(resource, object),
      signal,
    });
  }

  async mergePatch<T extends KubeObject>(
    resource: Resource<T>,
    target: ObjectTarget & { subresource?: string },
    patch: unknown,
    options: WriteOptions = {},
  ): Promise<T> {
    return this.#object({
      method: "PATCH",
      path: pathOf(resource, target),
      query: writeQuery(options),
      body: patch,
      contentType: "application/merge-patch+json",
      signal: options.signal,
    });
  }

  async delete(
    resource: Resource,
    target: ObjectTarget,
    { preconditions, signal }: DeleteOptions = {},
  ): Promise<void> {
    const options = { apiVersion: "v1", kind: "DeleteOptions", preconditions };
    await this.#transport.request({
      method: "DELETE",
      path: pathOf(resource, target),
      ...(preconditions === undefined ? {} : { body: options }),
      signal,
    });
  }

  async getPath(path: string, { signal }: CallOptions = {}): Promise<unknown> {
    return this.#transport.request({ method: "GET", path, signal });
  }

  async createSubresource(
    resource: Resource,
    target: ObjectTarget & { subresource: string },
    body: unknown,
    { signal }: CallOptions = {},
  ): Promise<unknown> {
    return this.#transport.request({
      method: "POST",
      path: pathOf(resource, target),
      body,
      signal,
    });
  }

  async #object<T extends KubeObject>(request: ApiRequest): Promise<T> {
    return (await this.#transport.request(request)) as T;
  }
}

const JSON_ONLY = "application/json";
const METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

function selectors(selection: Selection): Record<string, string | undefined> {
  return { labelSelector: selection.labelSelector, fieldSelector: selection.fieldSelector };
}

function writeQuery(options: WriteOptions): Record<string, string | undefined> {
  return { fieldManager: options.fieldOwner, dryRun: options.dryRun ? "All" : undefined };
}

/** The body is JSON, which is YAML too: `apply-patch+json` is refused with 415. */
function applyRequest(path: string, body: unknown, options: ApplyOptions): ApiRequest {
  const { force = true, signal } = options;
  return {
    method: "PATCH",
    path,
    query: { ...writeQuery(options), force: String(force) },
    body,
    contentType: APPLY_PATCH,
    signal,
  };
}

/** The API leaves both out in lists, and refuses a body that lacks them. */
function withType<T extends object>(
  resource: Resource,
  object: T,
): T & { apiVersion: string; kind: string } {
  return { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind };
}
