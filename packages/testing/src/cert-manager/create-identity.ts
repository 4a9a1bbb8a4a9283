import type { ControlPlane } from "../control-plane/control-plane.ts";
import { CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES } from "./resources.ts";
import type { PolicyRule } from "./rules.ts";
import { FIELD_OWNER, NAMESPACE } from "./setting.ts";

/** Writes the kubeconfig of a service account of cert-manager's, and grants it its rights. */
export async function createIdentity(
  controlPlane: ControlPlane,
  options: { name: string; rules: readonly PolicyRule[]; signal: AbortSignal | undefined },
): Promise<string> {
  const { name, rules, signal } = options;
  const { client } = controlPlane;
  const call = { fieldOwner: FIELD_OWNER, signal };
  await client.apply(CLUSTER_ROLES, { metadata: { name }, rules }, call);
  await client.apply(
    CLUSTER_ROLE_BINDINGS,
    {
      metadata: { name },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
      subjects: [{ kind: "ServiceAccount", name, namespace: NAMESPACE }],
    },
    call,
  );
  return controlPlane.createKubeconfig(name, {
    userName: `system:serviceaccount:${NAMESPACE}:${name}`,
    groups: ["system:serviceaccounts", `system:serviceaccounts:${NAMESPACE}`],
  });
}
