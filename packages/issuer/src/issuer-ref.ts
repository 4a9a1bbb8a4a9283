import { objectKey } from "@countersign/kube";
import type { CertificateRequest } from "./certificate-request.ts";
import type { IssuerObject } from "./issuer-object.ts";

/**
 * The kind of an issuer: both scopes meet here. From here on an Issuer and a ClusterIssuer are the
 * same thing, whose key has a namespace or has none.
 */
export interface IssuerKind {
  readonly group: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/**
 * One issuer: `CAIssuer.issuers.example.com default/team-ca`, `CAClusterIssuer.issuers.example.com
 * shared-ca`. A string, to be a key of maps and queues.
 */
export type IssuerKey = string;

/** The key of an issuer resource. */
export function issuerKeyOf(kind: IssuerKind, issuer: IssuerObject): IssuerKey {
  return keyOf(kind, issuer.metadata);
}

/**
 * The key of the issuer that a request refers to, among these kinds; undefined where it refers to
 * somebody else's. Group and kind must be exactly ours: an empty group is cert-manager's own, and
 * an empty kind is its `Issuer`.
 */
export function referredIssuer(
  request: CertificateRequest,
  kinds: readonly IssuerKind[],
): IssuerKey | undefined {
  const { group, kind, name } = request.spec.issuerRef;
  const ours = kinds.find((each) => each.group === group && each.kind === kind);
  if (ours === undefined) return undefined;
  const { namespace } = request.metadata;
  return keyOf(ours, namespace === undefined ? { name } : { namespace, name });
}

/** The parts of a key: the kind, its group, and the object's key in a store. */
export function placeOfIssuer(key: IssuerKey): { kind: string; group: string; key: string } {
  const dot = key.indexOf(".");
  const space = key.indexOf(" ");
  return { kind: key.slice(0, dot), group: key.slice(dot + 1, space), key: key.slice(space + 1) };
}

/** What a message calls an issuer: `CAIssuer default/team-ca`. */
export function describeIssuer(key: IssuerKey): string {
  const place = placeOfIssuer(key);
  return `${place.kind} ${place.key}`;
}

function keyOf(kind: IssuerKind, object: { namespace?: string; name: string }): IssuerKey {
  const { namespace, name } = object;
  const place = kind.namespaced && namespace !== undefined ? { namespace, name } : { name };
  return `${kind.kind}.${kind.group} ${objectKey(place)}`;
}
