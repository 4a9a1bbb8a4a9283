import type { NamespacedName } from "@countersign/issuer/inspect";
import { type Client, defineResource, type KubeObject } from "@countersign/kube";
import type { ServedKind } from "../cluster/discovery.ts";
import { look, type Seen } from "../cluster/seen.ts";

/** A ClusterRole: what is read of it here. */
export interface ClusterRole extends KubeObject {
  readonly rules?:
    | readonly {
        readonly apiGroups?: readonly string[];
        readonly resources?: readonly string[];
        readonly verbs: readonly string[];
      }[]
    | null;
}

/** A ClusterRoleBinding: what is read of it here. */
export interface ClusterRoleBinding extends KubeObject {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
  }[];
}

const GROUP = "rbac.authorization.k8s.io";

const clusterRoles = defineResource<ClusterRole>({
  group: GROUP,
  version: "v1",
  kind: "ClusterRole",
  plural: "clusterroles",
  namespaced: false,
});

const clusterRoleBindings = defineResource<ClusterRoleBinding>({
  group: GROUP,
  version: "v1",
  kind: "ClusterRoleBinding",
  plural: "clusterrolebindings",
  namespaced: false,
});

/** Finds the accounts of whoever serves some kinds, by what they are allowed. */
export async function findAccounts(
  client: Client,
  kinds: readonly ServedKind[],
  signal: AbortSignal,
): Promise<Seen<readonly NamespacedName[]>> {
  return look(`list clusterroles and clusterrolebindings.${GROUP}`, async () => {
    const [roles, bindings] = await Promise.all([
      client.list(clusterRoles, { signal }),
      client.list(clusterRoleBindings, { signal }),
    ]);
    return accountsIn(roles.items, bindings.items, kinds);
  });
}

/**
 * The accounts that are bound to a role which names the kinds' status as something to write. Nobody
 * but their controller is given that; who may do everything (`*`) does not count.
 */
export function accountsIn(
  roles: readonly ClusterRole[],
  bindings: readonly ClusterRoleBinding[],
  kinds: readonly ServedKind[],
): NamespacedName[] {
  const statuses = new Set(kinds.map(({ plural }) => `${plural}/status`));
  const groups = new Set(kinds.map(({ group }) => group));
  const writers = roles.filter(({ rules }) =>
    (rules ?? []).some(
      ({ apiGroups = [], resources = [], verbs }) =>
        apiGroups.some((each) => groups.has(each)) &&
        resources.some((each) => statuses.has(each)) &&
        verbs.some((each) => each === "patch" || each === "update"),
    ),
  );
  const names = new Set(writers.map(({ metadata }) => metadata.name));
  const found = new Map<string, NamespacedName>();
  for (const { roleRef, subjects = [] } of bindings) {
    if (roleRef.kind !== "ClusterRole" || !names.has(roleRef.name)) continue;
    for (const { kind, name, namespace } of subjects) {
      if (kind !== "ServiceAccount" || namespace === undefined) continue;
      found.set(`${namespace}/${name}`, { namespace, name });
    }
  }
  return [...found.values()];
}
