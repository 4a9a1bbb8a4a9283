import type { IssuerObject } from "@countersign/issuer";
import type { NamespacedName } from "@countersign/issuer/inspect";
import { type Client, defineResource } from "@countersign/kube";
import { reviewAccess } from "../cluster/access-review.ts";
import { findLeases } from "../cluster/controller-leases.ts";
import type { Discovery, ServedKind } from "../cluster/discovery.ts";
import { look, type Seen } from "../cluster/seen.ts";
import type { ApproverSnapshot, IssuerReference, IssuerSnapshot, Served } from "./snapshot.ts";

/** What the cluster is looked at with. */
export interface ReadContext {
  readonly client: Client;
  readonly discovery: Discovery;
  /** cert-manager's account. */
  readonly certManager: NamespacedName;
  readonly signal: AbortSignal;
}

/** An issuer as a CertificateRequest or Certificate refers to it: cert-manager's own defaults count. */
export function referenceOf(
  issuerRef: { readonly group?: string; readonly kind?: string; readonly name: string },
  namespace: string,
): IssuerReference {
  const { group, kind, name } = issuerRef;
  return { group: group || "cert-manager.io", kind: kind || "Issuer", name, namespace };
}

/** An issuer as a signerName refers to it: `<plural>.<group>/<name>`, a namespace before the name (C40). */
export function referenceOfSigner(signerName: string): IssuerReference {
  const [signer = "", name = ""] = signerName.split("/");
  const dot = signer.indexOf(".");
  return { group: signer.slice(dot + 1), kind: signer.slice(0, dot), name };
}

/** Reads an issuer and the leases of its group. The reference comes back with what its kind tells. */
export async function readIssuer(
  wanted: IssuerReference,
  context: ReadContext,
): Promise<IssuerSnapshot> {
  const { client, discovery, signal } = context;
  const served = await findKind(wanted, discovery);
  if (served.is !== "served") {
    const { namespace: _, ...reference } = wanted;
    return { reference, served, issuer: { is: "absent" }, leases: { is: "absent" } };
  }
  const reference = place(wanted, served.kind);
  const [issuer, leases] = await Promise.all([
    lookAtIssuer(client, reference, served.kind, signal),
    findLeases(client, reference.group, signal),
  ]);
  return { reference, served, issuer, leases };
}

async function findKind({ group, kind }: IssuerReference, discovery: Discovery): Promise<Served> {
  const groups = await discovery.groups();
  if (!groups.has(group)) return { is: "noGroup" };
  const kinds = await discovery.kindsOf(group);
  const found = kinds.find((each) => each.kind === kind || each.plural === kind);
  return found === undefined
    ? { is: "noKind", kinds: kinds.map((each) => each.kind) }
    : { is: "served", kind: found };
}

/** Where an issuer is, now that its scope is known. */
function place(
  { name, namespace, group }: IssuerReference,
  { kind, namespaced }: ServedKind,
): IssuerReference {
  if (!namespaced) return { group, kind, name };
  if (namespace !== undefined) return { group, kind, name, namespace };
  // A signerName has the namespace before the name: it ends at the first dot, for it has none in it.
  const dot = name.indexOf(".");
  return { group, kind, name: name.slice(dot + 1), namespace: name.slice(0, Math.max(dot, 0)) };
}

function lookAtIssuer(
  client: Client,
  { name, namespace }: IssuerReference,
  kind: ServedKind,
  signal: AbortSignal,
): Promise<Seen<IssuerObject>> {
  const resource = defineResource<IssuerObject>({ ...kind });
  const where = namespace === undefined ? "" : ` in namespace ${namespace}`;
  const target = namespace === undefined ? { name } : { namespace, name };
  return look(`get ${kind.plural}.${kind.group}${where}`, () =>
    client.get(resource, target, { signal }),
  );
}

/**
 * Asks whether cert-manager may approve requests that refer to an issuer: for all issuers of its kind,
 * or for this one (C14). Undefined where its kind is not there, for then nobody may.
 */
export async function readApprover(
  { reference, served }: IssuerSnapshot,
  { client, certManager: account }: ReadContext,
): Promise<ApproverSnapshot> {
  const { group, name, namespace } = reference;
  const plural = served.is === "served" ? served.kind.plural : reference.kind.toLowerCase();
  const signer = `${plural}.${group}/*`;
  const one = `${plural}.${group}/${namespace === undefined ? name : `${namespace}.${name}`}`;
  if (served.is !== "served") return { account, signer, mayApprove: { is: "absent" } };
  const access = { verb: "approve", group: "cert-manager.io", resource: "signers" };
  const all = await reviewAccess(client, account, { ...access, name: signer });
  if (all.is !== "there" || all.object) return { account, signer, mayApprove: all };
  const mayApprove = await reviewAccess(client, account, { ...access, name: one });
  return { account, signer, mayApprove };
}
