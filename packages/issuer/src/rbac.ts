import type { DefinedKind } from "./define-issuer.ts";
import type { Manifest } from "./manifest.ts";

/** One object of a namespace. */
export interface NamespacedName {
  readonly namespace: string;
  readonly name: string;
}

/** Who the rights are for. */
export type ServiceAccount = NamespacedName;

/** What the rights depend on. */
export interface RbacOptions {
  /** The controller's own account; its name is also the name of what is made here. */
  readonly serviceAccount: ServiceAccount;
  /** Where the Secrets of cluster issuers are. @default the controller's own namespace */
  readonly clusterResourceNamespace?: string;
  /** Where the Secrets of namespaced issuers may be read. */
  readonly secretNamespaces: readonly string[];
  /** Secrets and ConfigMaps that may be read where the others of their namespace may not. */
  readonly secretNames?: readonly NamespacedName[];
  /** Where CertificateRequests and namespaced issuers are served. @default everywhere */
  readonly namespaces?: readonly string[];
  /** Whether Kubernetes' CertificateSigningRequests are served. @default true */
  readonly certificateSigningRequests?: boolean;
  /** The lease by which replicas elect their leader; without it there is no election. */
  readonly lease?: NamespacedName;
  /** Where the leases are by which replicas divide the work; without it they do not. */
  readonly shards?: { readonly namespace: string };
  /** cert-manager's account, whose approver approves what refers to these issuers. */
  readonly certManager: ServiceAccount;
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

const RBAC = "rbac.authorization.k8s.io";

/**
 * Makes the controller's account, the rights that the controller of these kinds needs, and no
 * others; and the one that cert-manager's approver needs to approve requests which refer to them.
 * The namespaces are to exist.
 *
 * Secrets are read in named namespaces only, never across the cluster.
 */
export function rbacOf(kinds: readonly DefinedKind[], options: RbacOptions): Manifest[] {
  const { serviceAccount, certManager, namespaces, lease, shards } = options;
  const { name } = serviceAccount;
  const clusterRules = controllerRules(kinds, options);
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: serviceAccount },
    clusterRole(
      name,
      namespaces === undefined ? [...clusterRules, ...namespacedRules(kinds)] : clusterRules,
    ),
    clusterRoleBinding(name, serviceAccount),
    ...(namespaces ?? []).flatMap((each) => [
      role(name, each, namespacedRules(kinds)),
      roleBinding(name, each, serviceAccount),
    ]),
    ...[...referenceRules(kinds, options)]
      .sort(byKey)
      .flatMap(([each, rule]) => [
        role(`${name}-references`, each, [rule]),
        roleBinding(`${name}-references`, each, serviceAccount),
      ]),
    ...(lease === undefined
      ? []
      : [
          role(`${name}-leader-election`, lease.namespace, leaseRules(lease.name)),
          roleBinding(`${name}-leader-election`, lease.namespace, serviceAccount),
        ]),
    ...(shards === undefined
      ? []
      : [
          role(`${name}-shards`, shards.namespace, [SHARDS_RULE]),
          roleBinding(`${name}-shards`, shards.namespace, serviceAccount),
        ]),
    clusterRole(`${name}-approver`, [approveRule(kinds)]),
    clusterRoleBinding(`${name}-approver`, certManager),
  ];
}

/** What `secret()` and `configMap()` read, and the watch that tells when it changes. */
const REFERENCE_RULE: Rule = {
  apiGroups: [""],
  resources: ["configmaps", "secrets"],
  verbs: ["get", "list", "watch"],
};

/** The rule for each namespace in which something is read: for all of it, or for some names. */
function referenceRules(kinds: readonly DefinedKind[], options: RbacOptions): Map<string, Rule> {
  const { serviceAccount, secretNamespaces, secretNames = [] } = options;
  const clusterNamespace = options.clusterResourceNamespace ?? serviceAccount.namespace;
  const byName = Map.groupBy(secretNames, ({ namespace }) => namespace);
  const rules = new Map<string, Rule>(
    [...byName].map(([namespace, each]) => {
      const resourceNames = each.map(({ name }) => name);
      return [namespace, { ...REFERENCE_RULE, resourceNames }];
    }),
  );
  const hasClusterKind = kinds.some((kind) => !kind.namespaced);
  if (hasClusterKind && !rules.has(clusterNamespace)) rules.set(clusterNamespace, REFERENCE_RULE);
  for (const namespace of secretNamespaces) rules.set(namespace, REFERENCE_RULE);
  return rules;
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** What the controller does in each namespace that it serves. */
function namespacedRules(kinds: readonly DefinedKind[]): Rule[] {
  const requests = { apiGroups: ["cert-manager.io"] };
  return [
    { ...requests, resources: ["certificaterequests"], verbs: ["get", "list", "watch"] },
    { ...requests, resources: ["certificaterequests/status"], verbs: ["patch"] },
    ...issuerRules(kinds.filter((kind) => kind.namespaced)),
  ];
}

function issuerRules(kinds: readonly DefinedKind[]): Rule[] {
  return groupsOf(kinds).flatMap(([group, plurals]) => [
    { apiGroups: [group], resources: plurals, verbs: ["list", "watch"] },
    { apiGroups: [group], resources: plurals.map((each) => `${each}/status`), verbs: ["patch"] },
  ]);
}

/** A create cannot be allowed by name: the name is not in its path. */
function leaseRules(name: string): Rule[] {
  const rule = { apiGroups: ["coordination.k8s.io"], resources: ["leases"] };
  return [
    { ...rule, verbs: ["create"] },
    { ...rule, verbs: ["get", "list", "watch", "update"], resourceNames: [name] },
  ];
}

/** Each replica has a lease of its own, whose name nobody knows before, and deletes those of the dead. */
const SHARDS_RULE: Rule = {
  apiGroups: ["coordination.k8s.io"],
  resources: ["leases"],
  verbs: ["create", "delete", "get", "list", "update", "watch"],
};

/** What the controller does across the cluster, whichever namespaces it serves. */
function controllerRules(kinds: readonly DefinedKind[], options: RbacOptions): Rule[] {
  const { certificateSigningRequests = true } = options;
  return [
    ...(certificateSigningRequests ? signingRequestRules(kinds) : []),
    ...issuerRules(kinds.filter((kind) => !kind.namespaced)),
    { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["create", "patch"] },
  ];
}

/**
 * Kubernetes lets a status be written only by who may `sign` for its signer (C41). Whether somebody
 * may refer to a namespaced issuer is asked of Kubernetes (C40).
 */
function signingRequestRules(kinds: readonly DefinedKind[]): Rule[] {
  const requests = { apiGroups: ["certificates.k8s.io"] };
  const review: Rule = {
    apiGroups: ["authorization.k8s.io"],
    resources: ["subjectaccessreviews"],
    verbs: ["create"],
  };
  return [
    { ...requests, resources: ["certificatesigningrequests"], verbs: ["get", "list", "watch"] },
    { ...requests, resources: ["certificatesigningrequests/status"], verbs: ["patch"] },
    { ...requests, resources: ["signers"], verbs: ["sign"], resourceNames: signersOf(kinds) },
    ...(kinds.some((kind) => kind.namespaced) ? [review] : []),
  ];
}

/** `<plural>.<group>/*`: every issuer of a kind. */
function signersOf(kinds: readonly DefinedKind[]): string[] {
  return kinds.map(({ plural, group }) => `${plural}.${group}/*`);
}

/** cert-manager asks whether the approver may `approve` the signer `<plural>.<group>/*`. */
function approveRule(kinds: readonly DefinedKind[]): Rule {
  return {
    apiGroups: ["cert-manager.io"],
    resources: ["signers"],
    verbs: ["approve"],
    resourceNames: signersOf(kinds),
  };
}

function groupsOf(kinds: readonly DefinedKind[]): [group: string, plurals: string[]][] {
  const groups = Map.groupBy(kinds, (kind) => kind.group);
  return [...groups].map(([group, each]) => [group, each.map((kind) => kind.resource.plural)]);
}

function clusterRole(name: string, rules: readonly Rule[]): Manifest {
  return { apiVersion: `${RBAC}/v1`, kind: "ClusterRole", metadata: { name }, rules };
}

function role(name: string, namespace: string, rules: readonly Rule[]): Manifest {
  return { apiVersion: `${RBAC}/v1`, kind: "Role", metadata: { name, namespace }, rules };
}

function clusterRoleBinding(name: string, account: ServiceAccount): Manifest {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { apiGroup: RBAC, kind: "ClusterRole", name },
    subjects: [{ kind: "ServiceAccount", ...account }],
  };
}

function roleBinding(name: string, namespace: string, account: ServiceAccount): Manifest {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: "RoleBinding",
    metadata: { name, namespace },
    roleRef: { apiGroup: RBAC, kind: "Role", name },
    subjects: [{ kind: "ServiceAccount", ...account }],
  };
}
