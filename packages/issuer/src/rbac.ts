import type { DefinedKind } from "./define-issuer.ts";
import { evaluateList } from "./deploy/evaluate.ts";
import { approverTemplates, controllerRightsTemplates } from "./deploy/rights.ts";
import type { Manifest } from "./manifest.ts";
import type { Json } from "./outcome.ts";

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
  /** Whether cert-manager's CertificateRequests are served. @default true */
  readonly certificateRequests?: boolean;
  /** Whether Kubernetes' CertificateSigningRequests are served. @default true */
  readonly certificateSigningRequests?: boolean;
  /** The lease by which replicas elect their leader; without it there is no election. */
  readonly lease?: NamespacedName;
  /** Where the leases are by which replicas divide the work; without it they do not. */
  readonly shards?: { readonly namespace: string };
  /** cert-manager's account, whose approver approves what refers to these issuers. */
  readonly certManager: ServiceAccount;
}

/**
 * Makes the controller's account, the rights that the controller of these kinds needs, and no
 * others; and the one that cert-manager's approver needs to approve requests which refer to them.
 * The namespaces are to exist.
 *
 * Secrets are read in named namespaces only, never across the cluster.
 *
 * @throws TypeError for an empty list of namespaces, and for both `lease` and `shards`.
 */
export function rbacOf(kinds: readonly DefinedKind[], options: RbacOptions): Manifest[] {
  const { name, namespace } = options.serviceAccount;
  if (options.namespaces?.length === 0) {
    throw new TypeError(
      "Cannot make rights: namespaces is empty, must name a namespace, or be left out for all of them",
    );
  }
  if (options.lease !== undefined && options.shards !== undefined) {
    throw new TypeError("Cannot make rights: lease and shards exclude each other, must be one");
  }
  const templates = [
    ...controllerRightsTemplates({ kinds, programName: name }),
    ...approverTemplates({ kinds, programName: name }),
  ];
  const scope = { name, namespace, values: valuesOf(options), variables: {} };
  return evaluateList(templates, scope) as unknown as Manifest[];
}

/** The chart's values that say the same. */
function valuesOf(options: RbacOptions): { readonly [name: string]: Json } {
  const { certManager, lease, shards, namespaces, secretNames = [], secretNamespaces } = options;
  const named = Map.groupBy(secretNames, ({ namespace }) => namespace);
  return {
    namespaces: namespaces ?? [],
    secretNamespaces,
    secretNames: Object.fromEntries(
      [...named].map(([namespace, each]) => [namespace, each.map(({ name }) => name)]),
    ),
    clusterResourceNamespace: options.clusterResourceNamespace ?? "",
    certificateRequests: options.certificateRequests ?? true,
    certificateSigningRequests: options.certificateSigningRequests ?? true,
    leaderElection: {
      enabled: lease !== undefined,
      namespace: (lease ?? shards)?.namespace ?? "",
      id: lease?.name ?? "",
    },
    sharding: { enabled: shards !== undefined },
    approver: {
      enabled: true,
      serviceAccount: { namespace: certManager.namespace, name: certManager.name },
    },
    serviceAccount: { annotations: {} },
  };
}
