/**
 * The rights of cert-manager's controller and webhook, as cert-manager's chart grants them to what
 * runs here. The right to approve covers cert-manager's own issuers alone: an external issuer's
 * manifests must grant the rest, and a test shows whether they do.
 */

/** A rule of a Role, as rbac.authorization.k8s.io/v1 has it. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

const READ = ["get", "list", "watch"] as const;
const CERT_MANAGER = ["cert-manager.io"] as const;

export const CONTROLLER_RULES: readonly PolicyRule[] = [
  {
    apiGroups: CERT_MANAGER,
    resources: ["certificates", "certificaterequests", "issuers", "clusterissuers"],
    verbs: [...READ, "update", "patch"],
  },
  {
    apiGroups: CERT_MANAGER,
    resources: ["certificates", "certificaterequests"],
    verbs: ["create", "delete"],
  },
  {
    apiGroups: CERT_MANAGER,
    resources: [
      "certificates/status",
      "certificaterequests/status",
      "issuers/status",
      "clusterissuers/status",
      "certificates/finalizers",
      "certificaterequests/finalizers",
      "issuers/finalizers",
      "clusterissuers/finalizers",
    ],
    verbs: ["update", "patch"],
  },
  { apiGroups: ["acme.cert-manager.io"], resources: ["orders", "challenges"], verbs: READ },
  {
    apiGroups: [""],
    resources: ["secrets"],
    verbs: [...READ, "create", "update", "patch", "delete"],
  },
  { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
  { apiGroups: [""], resources: ["pods", "services"], verbs: READ },
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: READ },
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses/finalizers"], verbs: ["update"] },
  {
    apiGroups: CERT_MANAGER,
    resources: ["signers"],
    resourceNames: ["issuers.cert-manager.io/*", "clusterissuers.cert-manager.io/*"],
    verbs: ["approve"],
  },
];

export const WEBHOOK_RULES: readonly PolicyRule[] = [
  {
    apiGroups: ["authorization.k8s.io"],
    resources: ["subjectaccessreviews"],
    verbs: ["create"],
  },
];
