import { messageOf } from "@countersign/issuer/inspect";
import {
  type Client,
  defineResource,
  isApiError,
  type KubeObject,
  type Resource,
} from "@countersign/kube";
import { failure } from "../cli-error.ts";
import type { FileObject } from "./applied-files.ts";

/** Who the objects of files belong to. */
export const FIELD_OWNER = "countersign-dev";

/** What the API server says that it serves in a version of a group. */
interface ResourceList {
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
  }[];
}

/**
 * Applies objects one after the other, as `kubectl apply --server-side` does. A namespaced one that
 * names no namespace goes to the one given.
 *
 * @returns the objects as they were applied, their namespaces filled in.
 * @throws CliError for the first that is refused: which it was, in which file, and what the API server said.
 */
export async function applyFileObjects(
  client: Client,
  objects: readonly FileObject[],
  options: { namespace: string; signal: AbortSignal },
): Promise<KubeObject[]> {
  const { namespace, signal } = options;
  const served = new Map<string, ResourceList>();
  const applied: KubeObject[] = [];
  for (const { path, object } of objects) {
    try {
      const resource = await resourceOf(client, object, { served, signal });
      const { metadata } = object;
      const placed = resource.namespaced
        ? { ...object, metadata: { namespace, ...metadata } }
        : object;
      await client.apply(resource, placed, { fieldOwner: FIELD_OWNER, signal });
      applied.push(placed);
    } catch (cause) {
      signal.throwIfAborted();
      const what = `${object.kind} ${object.metadata.name} of ${path}`;
      throw failure(`Cannot apply ${what}: ${reasonOf(cause)}`, { cause });
    }
  }
  return applied;
}

async function resourceOf(
  client: Client,
  { apiVersion, kind }: KubeObject,
  options: { served: Map<string, ResourceList>; signal: AbortSignal },
): Promise<Resource> {
  const { served, signal } = options;
  const path = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const list = served.get(path) ?? ((await client.getPath(path, { signal })) as ResourceList);
  served.set(path, list);
  // A subresource, such as certificates/status, is listed under the same kind.
  const found = list.resources.find((each) => each.kind === kind && !each.name.includes("/"));
  if (found === undefined) throw unknownKind(apiVersion, kind);
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  return defineResource({ group, version, kind, plural: found.name, namespaced: found.namespaced });
}

function unknownKind(apiVersion: string, kind: string): Error {
  return new TypeError(`${apiVersion} has no kind ${kind}, correct apiVersion or kind`);
}

/** The sentence without the call that it answered, which the reader has not made. */
function reasonOf(error: unknown): string {
  if (isApiError(error, "NotFound") && error.reason === "") {
    return "the API server does not serve its apiVersion, correct it or install its CustomResourceDefinition";
  }
  const message = messageOf(error);
  return isApiError(error) ? message.replace(/^Cannot \w+ \S+: /, "") : message;
}
