/** Applies objects of any kind, as `kubectl apply` does with a file of manifests. */
import { type Client, defineResource, type KubeObject, type Resource } from "@countersign/kube";
import { CUSTOM_RESOURCE_DEFINITIONS } from "../cert-manager/resources.ts";
import { poll } from "../poll.ts";
import { RESOURCES } from "../resources.ts";

/** Settings of {@link applyObjects}. */
export interface ApplyObjectsOptions {
  /** @default "countersign-testing" */
  readonly fieldOwner?: string;
  readonly signal?: AbortSignal | undefined;
}

/** The parts of a CustomResourceDefinition that say where its kind is served. */
interface Definition extends KubeObject {
  readonly spec: {
    readonly group: string;
    readonly scope: "Namespaced" | "Cluster";
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly { readonly name: string }[];
  };
}

const SERVED_TIMEOUT_MS = 30_000;

/**
 * Applies objects one after the other, server-side. A CustomResourceDefinition is waited for until
 * its kind is served, which can be applied after it.
 *
 * @throws TypeError for a kind that neither this package nor a definition before it knows.
 */
export async function applyObjects(
  client: Client,
  objects: readonly KubeObject[],
  options: ApplyObjectsOptions = {},
): Promise<void> {
  const { fieldOwner = "countersign-testing", signal } = options;
  const defined: Resource[] = [];
  for (const object of objects) {
    const resource = resourceOf(object, [...RESOURCES, ...defined]);
    await client.apply(resource, object, { fieldOwner, signal });
    if (resource !== CUSTOM_RESOURCE_DEFINITIONS) continue;
    for (const served of resourcesOf(object as Definition)) {
      await waitUntilServed(client, served, signal);
      defined.push(served);
    }
  }
}

function resourceOf(object: KubeObject, resources: readonly Resource[]): Resource {
  const { apiVersion, kind, metadata } = object;
  const found = resources.find(
    ({ group, version, kind: served }) =>
      served === kind && apiVersion === (group === "" ? version : `${group}/${version}`),
  );
  if (found !== undefined) return found;
  throw new TypeError(
    `Cannot apply ${kind} ${metadata.name}: ${apiVersion} ${kind} must be a kind that this package knows, or be defined before it`,
  );
}

function resourcesOf({ spec }: Definition): Resource[] {
  const { group, scope, versions, names } = spec;
  const { kind, plural } = names;
  const namespaced = scope === "Namespaced";
  return versions.map(({ name }) =>
    defineResource({ group, version: name, kind, plural, namespaced }),
  );
}

/** The condition Established comes a moment before the kind is served: only a list tells. */
async function waitUntilServed(
  client: Client,
  resource: Resource,
  signal: AbortSignal | undefined,
): Promise<void> {
  await poll(
    `${resource.plural}.${resource.group} to be served`,
    (attempt) => client.list(resource, { limit: 1, signal: attempt }),
    { timeoutMs: SERVED_TIMEOUT_MS, signal },
  );
}
