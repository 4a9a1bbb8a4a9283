import type { Client } from "@countersign/kube";
import { defineResource, type Resource } from "@countersign/kube";
import { SECRETS, tlsSecret } from "@countersign/testing";
import { ISSUERS_NAMESPACE } from "../../tools/serve-issuers.ts";
import { type NewAuthority, newAuthority } from "./certificate-authority.ts";
import type { ConditionedObject } from "./wait.ts";

/** A CAIssuer or CAClusterIssuer. */
export interface CaIssuer extends ConditionedObject {
  readonly spec: CaIssuerSpec;
}

interface CaIssuerSpec {
  readonly secretName: string;
  readonly crlDistributionPoints?: readonly string[];
  readonly ocspServers?: readonly string[];
  readonly issuingCertificateURLs?: readonly string[];
  readonly policies?: Readonly<Record<string, boolean | string>>;
}

export const GROUP = "issuers.countersign.dev";

/** Both kinds of the CA issuer, and where the Secrets of each are. */
export const CA_KINDS = {
  CAIssuer: {
    resource: ca("CAIssuer", true),
    place: (namespace: string) => ({ namespace }),
    secretNamespace: (namespace: string) => namespace,
  },
  CAClusterIssuer: {
    resource: ca("CAClusterIssuer", false),
    place: () => ({}),
    secretNamespace: () => ISSUERS_NAMESPACE,
  },
} as const;

export type CaKind = keyof typeof CA_KINDS;

function ca(kind: string, namespaced: boolean): Resource<CaIssuer> {
  const plural = `${kind.toLowerCase()}s`;
  return defineResource({ group: GROUP, version: "v1alpha1", kind, plural, namespaced });
}

/** Creates a CA, its Secret and an issuer of the kind, all of one name. */
export async function createCaIssuer(
  client: Client,
  issuer: { kind: CaKind; namespace: string; name: string },
): Promise<NewAuthority> {
  const { kind, namespace, name } = issuer;
  const authority = await newAuthority(name);
  const secretNamespace = CA_KINDS[kind].secretNamespace(namespace);
  await client.create(SECRETS, tlsSecret({ namespace: secretNamespace, name }, authority));
  await createIssuer(client, { ...issuer, secretName: name });
  return authority;
}

/** Creates an issuer of the kind. */
export async function createIssuer(
  client: Client,
  issuer: { kind: CaKind; namespace: string; name: string } & CaIssuerSpec,
): Promise<void> {
  const { kind, namespace, name, ...spec } = issuer;
  const { resource, place } = CA_KINDS[kind];
  await client.create(resource, { metadata: { ...place(namespace), name }, spec });
}
