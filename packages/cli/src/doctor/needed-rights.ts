import type { IssuerKind } from "@countersign/issuer/inspect";
import type { Access } from "../cluster/access-review.ts";

/** A right of an issuer's controller, and what it is for. */
export interface NeededRight {
  readonly access: Access;
  /** What does not happen without it: `its issuers are not found`. */
  readonly without: string;
  /** Whether any issuer's controller needs it, not only one of ours. */
  readonly isGeneral: boolean;
}

/** What the rights depend on. */
export interface NeededRightsOptions {
  /** Where requests and namespaced issuers are served; undefined for everywhere. */
  readonly namespaces: readonly string[] | undefined;
  /** The lease that replicas elect their leader by, where there is one. */
  readonly lease: { readonly namespace: string; readonly name: string } | undefined;
  /** Where the leases are by which replicas divide the work, where they do. */
  readonly shards: { readonly namespace: string } | undefined;
  readonly certificateSigningRequests: boolean;
}

const CERTIFICATES = "certificates.k8s.io";

/**
 * The rights that the controller of some kinds needs, each with what fails without it. The same as
 * `manifests` prints, but for those on Secrets, which follow the issuers.
 */
export function neededRights(
  kinds: readonly IssuerKind[],
  options: NeededRightsOptions,
): NeededRight[] {
  const { namespaces = [undefined], lease, shards, certificateSigningRequests } = options;
  return [
    ...namespaces.flatMap((namespace) => [
      ...requestRights(namespace),
      ...kinds.filter((kind) => kind.namespaced).flatMap((kind) => issuerRights(kind, namespace)),
    ]),
    ...kinds.filter((kind) => !kind.namespaced).flatMap((kind) => issuerRights(kind, undefined)),
    ...(certificateSigningRequests ? signingRequestRights(kinds) : []),
    ...rights({ group: "events.k8s.io", resource: "events" }, ["create", "patch"], {
      without: "what it does is told in no Event",
    }),
    ...(lease === undefined ? [] : leaseRights(lease)),
    ...(shards === undefined ? [] : shardRights(shards)),
  ];
}

function requestRights(namespace: string | undefined): NeededRight[] {
  const requests = { group: "cert-manager.io", resource: "certificaterequests", namespace };
  const without = "requests are not found";
  return [
    ...rights(requests, ["list", "watch"], { without, isGeneral: true }),
    ...rights(requests, ["get"], { without: "requests are not signed after a restart" }),
    ...rights({ ...requests, resource: "certificaterequests/status" }, ["patch"], {
      without: "no certificate is published",
    }),
  ];
}

function issuerRights({ group, plural }: IssuerKind, namespace: string | undefined): NeededRight[] {
  const issuers = { group, resource: plural, namespace };
  return [
    ...rights(issuers, ["list", "watch"], {
      without: "its issuers are not found",
      isGeneral: true,
    }),
    ...rights({ ...issuers, resource: `${plural}/status` }, ["patch"], {
      without: "its issuers never become ready",
    }),
  ];
}

function signingRequestRights(kinds: readonly IssuerKind[]): NeededRight[] {
  const requests = { group: CERTIFICATES, resource: "certificatesigningrequests" };
  const without = "Kubernetes' CertificateSigningRequests are not served";
  const review = { group: "authorization.k8s.io", resource: "subjectaccessreviews" };
  return [
    ...rights(requests, ["get", "list", "watch"], { without }),
    ...rights({ ...requests, resource: "certificatesigningrequests/status" }, ["patch"], {
      without,
    }),
    ...kinds.flatMap(({ plural, group }) =>
      rights({ group: CERTIFICATES, resource: "signers", name: `${plural}.${group}/*` }, ["sign"], {
        without,
      }),
    ),
    ...(kinds.some((kind) => kind.namespaced) ? rights(review, ["create"], { without }) : []),
  ];
}

function leaseRights({ namespace, name }: { namespace: string; name: string }): NeededRight[] {
  const lease = { group: "coordination.k8s.io", resource: "leases", namespace };
  const without = "no replica ever leads";
  return [
    ...rights(lease, ["create"], { without }),
    ...rights({ ...lease, name }, ["get", "list", "watch", "update"], { without }),
  ];
}

/** Each replica has a lease of its own, whose name nobody knows before. */
function shardRights({ namespace }: { namespace: string }): NeededRight[] {
  const leases = { group: "coordination.k8s.io", resource: "leases", namespace };
  const verbs = ["create", "delete", "get", "list", "update", "watch"];
  return rights(leases, verbs, { without: "no replica gets a share of the work" });
}

function rights(
  object: Omit<Access, "verb">,
  verbs: readonly string[],
  { without, isGeneral = false }: { without: string; isGeneral?: boolean },
): NeededRight[] {
  return verbs.map((verb) => ({ access: { verb, ...object }, without, isGeneral }));
}
