import {
  createTransport,
  type KubeObject,
  loadKubeconfig,
  type Transport,
} from "@countersign/kube";
import { KUBECONFIG_VARIABLE } from "../cluster/connect.ts";

/** Asks the API server whether it would take objects, as `kubectl apply --dry-run=server --validate=strict` does. */
export interface DryRun extends AsyncDisposable {
  /** @throws ApiError with what it has against an object: a field that it does not know, say. */
  apply(object: KubeObject): Promise<void>;
}

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** Connects to the control plane that all integration files share. */
export async function startDryRun(): Promise<DryRun> {
  const path = process.env[KUBECONFIG_VARIABLE];
  const transport = createTransport(await loadKubeconfig(path === undefined ? {} : { path }));
  const groups = new Map<string, Promise<readonly ApiResource[]>>();
  return {
    apply: async (object) => {
      await transport.request({
        method: "PATCH",
        path: await pathOf(object, groups, transport),
        query: {
          dryRun: "All",
          fieldManager: "dry-run",
          fieldValidation: "Strict",
          force: "true",
        },
        contentType: "application/apply-patch+yaml",
        body: object,
      });
    },
    [Symbol.asyncDispose]: () => transport.close(),
  };
}

async function pathOf(
  object: KubeObject,
  groups: Map<string, Promise<readonly ApiResource[]>>,
  transport: Transport,
): Promise<string> {
  const { apiVersion = "", kind, metadata } = object;
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  let resources = groups.get(root);
  if (resources === undefined) {
    resources = resourcesOf(root, transport);
    groups.set(root, resources);
  }
  const found = (await resources).find((each) => each.kind === kind && !each.name.includes("/"));
  if (found === undefined) throw new TypeError(`Cannot find ${kind} in ${root}: it is not served`);
  const place = found.namespaced ? `/namespaces/${metadata.namespace}` : "";
  return `${root}${place}/${found.name}/${metadata.name}`;
}

async function resourcesOf(root: string, transport: Transport): Promise<readonly ApiResource[]> {
  const answer = await transport.request({ method: "GET", path: root });
  return (answer as { resources: readonly ApiResource[] }).resources;
}
