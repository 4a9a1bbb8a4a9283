/** The rights of the controller and of cert-manager's approver, each beside what needs it. */
import type { DefinedKind } from "../define-issuer.ts";
import {
  all,
  each,
  eachEntry,
  either,
  hasKey,
  includes,
  isSet,
  literal,
  NAME,
  NAMESPACE,
  not,
  text,
  value,
  when,
} from "./expression.ts";
import { clusterMetaOf, IS_ELECTED, leaseNameOf, metaOf, type Program } from "./program.ts";
import { type Expression, type Template, When } from "./template.ts";

type Fields = { readonly [field: string]: Template };

/** A Role and its binding to the controller's account. */
interface Grant {
  readonly name: Expression;
  readonly namespace: Expression;
  readonly rules: readonly Template[];
}

const RBAC = "rbac.authorization.k8s.io";

const OWN_ACCOUNT = { kind: "ServiceAccount", namespace: NAMESPACE, name: NAME };

const ANNOTATIONS = value("serviceAccount.annotations");

/** Makes the controller's account and what it may do. */
export function controllerRightsTemplates(program: Program): Template[] {
  const { kinds } = program;
  const inNamespaces = namespacedRules(kinds);
  const namespace = either(value("leaderElection.namespace"), NAMESPACE);
  const lease = { name: text`${NAME}-leader-election`, namespace, rules: leaseRules(program) };
  const shards = { name: text`${NAME}-shards`, namespace, rules: [SHARDS_RULE] };
  return [
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: {
        ...metaOf(program),
        annotations: when(isSet(ANNOTATIONS), ANNOTATIONS),
      },
    },
    clusterRole(program, NAME, [
      ...clusterRules(kinds),
      ...inNamespaces.map((rule) => whenAlso(not(value("namespaces")), rule)),
    ]),
    clusterRoleBinding(program, NAME, OWN_ACCOUNT),
    ...[role, roleBinding].map((object) =>
      each(value("namespaces"), "namespace", (namespace) =>
        object(program, { name: NAME, namespace, rules: inNamespaces }),
      ),
    ),
    ...referenceTemplates(program),
    ...[role, roleBinding].map((object) => when(IS_ELECTED, object(program, lease))),
    ...[role, roleBinding].map((object) =>
      when(value("sharding.enabled"), object(program, shards)),
    ),
  ];
}

/** Makes the right that cert-manager's approver needs: to `approve` the signers of these kinds. */
export function approverTemplates(program: Program): Template[] {
  const name = text`${NAME}-approver`;
  const account = {
    kind: "ServiceAccount",
    namespace: value("approver.serviceAccount.namespace"),
    name: value("approver.serviceAccount.name"),
  };
  const objects = [
    clusterRole(program, name, [
      {
        apiGroups: ["cert-manager.io"],
        resources: ["signers"],
        verbs: ["approve"],
        resourceNames: signersOf(program.kinds),
      },
    ]),
    clusterRoleBinding(program, name, account),
  ];
  return objects.map((object) => when(value("approver.enabled"), object));
}

/** `<plural>.<group>/*`: every issuer of a kind. */
export function signersOf(kinds: readonly DefinedKind[]): string[] {
  return kinds.map(({ plural, group }) => `${plural}.${group}/*`);
}

/** What `secret()` and `configMap()` read, and the watch that tells when it changes. */
const REFERENCE_RULE = {
  apiGroups: [""],
  resources: ["configmaps", "secrets"],
  verbs: ["get", "list", "watch"],
};

/** The right for each namespace in which something is read: for all of it, or for some names. */
function referenceTemplates(program: Program): Template[] {
  const name = text`${NAME}-references`;
  const [whole, named] = [value("secretNamespaces"), value("secretNames")];
  const ofCluster = either(value("clusterResourceNamespace"), NAMESPACE);
  const hasClusterKind = program.kinds.some((kind) => !kind.namespaced);
  const isOfNobodyElse = all(not(includes(whole, ofCluster)), not(hasKey(named, ofCluster)));
  return [role, roleBinding].flatMap((object) => {
    const readAll = (namespace: Expression): Template =>
      object(program, { name, namespace, rules: [REFERENCE_RULE] });
    return [
      ...(hasClusterKind ? [when(isOfNobodyElse, readAll(ofCluster))] : []),
      each(whole, "namespace", readAll),
      eachEntry(named, ["namespace", "names"], (namespace, resourceNames) =>
        when(
          not(includes(whole, namespace)),
          object(program, { name, namespace, rules: [{ ...REFERENCE_RULE, resourceNames }] }),
        ),
      ),
    ];
  });
}

/** What the controller does in each namespace that it serves. */
function namespacedRules(kinds: readonly DefinedKind[]): Template[] {
  const requests = { apiGroups: ["cert-manager.io"] };
  const rules = [
    { ...requests, resources: ["certificaterequests"], verbs: ["get", "list", "watch"] },
    { ...requests, resources: ["certificaterequests/status"], verbs: ["patch"] },
  ];
  return [
    ...rules.map((rule) => when(value("certificateRequests"), rule)),
    ...issuerRules(kinds.filter((kind) => kind.namespaced)),
  ];
}

function issuerRules(kinds: readonly DefinedKind[]): Template[] {
  return groupsOf(kinds).flatMap(([group, plurals]) => [
    { apiGroups: [group], resources: plurals, verbs: ["list", "watch"] },
    { apiGroups: [group], resources: plurals.map((each) => `${each}/status`), verbs: ["patch"] },
  ]);
}

/** A create cannot be allowed by name: the name is not in its path. */
function leaseRules(program: Program): Template[] {
  const rule = { apiGroups: ["coordination.k8s.io"], resources: ["leases"] };
  const name = either(value("leaderElection.id"), literal(leaseNameOf(program)));
  return [
    { ...rule, verbs: ["create"] },
    { ...rule, verbs: ["get", "list", "watch", "update"], resourceNames: [name] },
  ];
}

/** Each replica has a lease of its own, whose name nobody knows before, and deletes those of the dead. */
const SHARDS_RULE = {
  apiGroups: ["coordination.k8s.io"],
  resources: ["leases"],
  verbs: ["create", "delete", "get", "list", "update", "watch"],
};

/** What the controller does across the cluster, whichever namespaces it serves. */
function clusterRules(kinds: readonly DefinedKind[]): Template[] {
  return [
    ...signingRequestRules(kinds).map((rule) => when(value("certificateSigningRequests"), rule)),
    ...issuerRules(kinds.filter((kind) => !kind.namespaced)),
    { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["create", "patch"] },
  ];
}

/**
 * Kubernetes lets a status be written only by who may `sign` for its signer (C41). Whether somebody
 * may refer to a namespaced issuer is asked of Kubernetes (C40).
 */
function signingRequestRules(kinds: readonly DefinedKind[]): Template[] {
  const requests = { apiGroups: ["certificates.k8s.io"] };
  const review = {
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

function groupsOf(kinds: readonly DefinedKind[]): [group: string, plurals: string[]][] {
  const groups = Map.groupBy(kinds, (kind) => kind.group);
  return [...groups].map(([group, each]) => [group, each.map((kind) => kind.resource.plural)]);
}

/** A condition that joins the one that a template has already. */
function whenAlso(condition: Expression, template: Template): Template {
  return template instanceof When
    ? when(all(condition, template.condition), template.template)
    : when(condition, template);
}

function clusterRole(program: Program, name: Expression, rules: readonly Template[]): Fields {
  const metadata = clusterMetaOf(program, name);
  return { apiVersion: `${RBAC}/v1`, kind: "ClusterRole", metadata, rules };
}

function clusterRoleBinding(program: Program, name: Expression, subject: Template): Fields {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: "ClusterRoleBinding",
    metadata: clusterMetaOf(program, name),
    roleRef: { apiGroup: RBAC, kind: "ClusterRole", name },
    subjects: [subject],
  };
}

function role(program: Program, { name, namespace, rules }: Grant): Fields {
  const metadata = metaOf(program, { name, namespace });
  return { apiVersion: `${RBAC}/v1`, kind: "Role", metadata, rules };
}

function roleBinding(program: Program, { name, namespace }: Grant): Fields {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: "RoleBinding",
    metadata: metaOf(program, { name, namespace }),
    roleRef: { apiGroup: RBAC, kind: "Role", name },
    subjects: [OWN_ACCOUNT],
  };
}
