import { objectKey, parseObjectKey } from "@countersign/kube";
import type { IssuerObject } from "./issuer-object.ts";

/**
 * The kind of an issuer: both scopes meet here. From here on an Issuer and a ClusterIssuer are the
 * same thing, whose key has a namespace or has none.
 */
export interface IssuerKind {
  readonly group: string;
  readonly kind: string;
  /** Names the kind in a CertificateSigningRequest's signerName: `<plural>.<group>`. */
  readonly plural: string;
  readonly namespaced: boolean;
}

/**
 * One issuer: `CAIssuer.issuers.example.com default/team-ca`, `CAClusterIssuer.issuers.example.com
 * shared-ca`. A string, to be a key of maps and queues.
 */
export type IssuerKey = string;

/** The key of an issuer resource. */
export function issuerKeyOf(kind: IssuerKind, issuer: IssuerObject): IssuerKey {
  const { namespace, name } = issuer.metadata;
  return issuerKeyIn(kind, { namespace, name });
}

/** The key of an issuer by name, as seen from a namespace: that of a cluster issuer has none. */
export function issuerKeyIn(
  kind: IssuerKind,
  object: { namespace: string | undefined; name: string },
): IssuerKey {
  const { namespace, name } = object;
  const place = kind.namespaced && namespace !== undefined ? { namespace, name } : { name };
  return `${kind.kind}.${kind.group} ${objectKey(place)}`;
}

/** The parts of a key. */
export interface IssuerPlace {
  readonly kind: string;
  readonly group: string;
  readonly namespace?: string;
  readonly name: string;
  /** The object's key in a store. */
  readonly key: string;
}

/** Takes a key apart. */
export function placeOfIssuer(key: IssuerKey): IssuerPlace {
  const dot = key.indexOf(".");
  const space = key.indexOf(" ");
  const ofObject = key.slice(space + 1);
  return {
    kind: key.slice(0, dot),
    group: key.slice(dot + 1, space),
    ...parseObjectKey(ofObject),
    key: ofObject,
  };
}

/** What a message calls an issuer: `CAIssuer default/team-ca`. */
export function describeIssuer(key: IssuerKey): string {
  const place = placeOfIssuer(key);
  return `${place.kind} ${place.key}`;
}
