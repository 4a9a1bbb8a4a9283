import type { Client } from "@countersign/kube";
import { type IssuerKey, placeOfIssuer } from "./issuer-ref.ts";
import { isAccessAllowed } from "./subject-access-review.ts";

/** Who made a request, as the API server has recorded it. */
export interface Requester {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/**
 * Whether whoever made a CertificateSigningRequest may use a namespaced issuer. The request is
 * cluster-scoped, so that being able to make one says nothing about the issuer's namespace: Kubernetes
 * is asked for the verb `reference` on cert-manager's `signers` there, by the issuer's name, which a
 * rule for `*` covers too. A cluster issuer is anybody's.
 *
 * Equivalent: cert-manager's userCanReferenceSigner (C40).
 */
export async function mayReferToSigner(
  client: Client,
  requester: Requester,
  issuer: IssuerKey,
): Promise<boolean> {
  const { namespace, name } = placeOfIssuer(issuer);
  if (namespace === undefined) return true;
  for (const each of [name, "*"]) {
    if (await isAllowed(client, requester, { namespace, name: each })) return true;
  }
  return false;
}

function isAllowed(
  client: Client,
  { username, uid, groups, extra }: Requester,
  signer: { namespace: string; name: string },
): Promise<boolean> {
  return isAccessAllowed(client, {
    user: username,
    uid,
    groups,
    extra,
    resourceAttributes: {
      group: "cert-manager.io",
      resource: "signers",
      verb: "reference",
      ...signer,
    },
  });
}
