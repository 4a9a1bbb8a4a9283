import type { Client } from "@countersign/kube";
import { type FakeCa, type IssuerRef, SECRETS, secret, tlsSecret } from "@countersign/testing";
import {
  ACME_GROUP,
  ACME_ISSUERS,
  acmeSecretName,
  createAcmeIssuer,
} from "../../test/cluster/acme.ts";
import { newAuthority } from "../../test/cluster/certificate-authority.ts";
import { CA_KINDS, createIssuer, GROUP } from "../../test/cluster/issuers.ts";

export const NAMESPACE = "default";

/** The token that the CA takes at first. */
export const FIRST_TOKEN = "token 0 of the soak's CA";

/** CAs begin before a clock that is set back. */
const HOUR_MS = 3_600_000;

/** An issuer, and what its owner does to it now and then. */
export interface SoakIssuer {
  readonly ref: IssuerRef & { readonly name: string };
  /** Whether the CA behind it counts what it signs. */
  readonly hasCountingCa: boolean;
  create(client: Client): Promise<void>;
  /** Changes its spec, to what is as good. */
  edit(client: Client, turn: number): Promise<void>;
  /** Gives its Secret new content. */
  rotateSecret(client: Client, turn: number): Promise<void>;
}

/** The issuers of a soak: two of the README's, before a CA that counts, and two of ours. */
export function soakIssuers(ca: FakeCa): readonly [SoakIssuer, ...SoakIssuer[]] {
  return [acmeIssuer("acme-1", ca), caIssuer("ca-1"), acmeIssuer("acme-2", ca), caIssuer("ca-2")];
}

function acmeIssuer(name: string, ca: FakeCa): SoakIssuer {
  const place = { namespace: NAMESPACE, name };
  return {
    ref: { group: ACME_GROUP, kind: ACME_ISSUERS.kind, name },
    hasCountingCa: true,
    create: (client) => createAcmeIssuer(client, { ...place, url: ca.url, token: FIRST_TOKEN }),
    edit: async (client, turn) => {
      const url = `${ca.url}/#${turn}`;
      await client.mergePatch(ACME_ISSUERS, place, { spec: { url } });
    },
    rotateSecret: async (client, turn) => {
      const metadata = { namespace: NAMESPACE, name: acmeSecretName(name) };
      const { data } = secret(metadata, { other: String(turn) });
      await client.mergePatch(SECRETS, metadata, { data });
    },
  };
}

function caIssuer(name: string): SoakIssuer {
  const place = { namespace: NAMESPACE, name };
  const newSecret = async () =>
    tlsSecret(place, await newAuthority(name, new Date(Date.now() - HOUR_MS)));
  return {
    ref: { group: GROUP, kind: "CAIssuer", name },
    hasCountingCa: false,
    create: async (client) => {
      await client.create(SECRETS, await newSecret());
      await createIssuer(client, { kind: "CAIssuer", ...place, secretName: name });
    },
    edit: async (client, turn) => {
      const ocspServers = [`http://ocsp.example.com/${turn}`];
      await client.mergePatch(CA_KINDS.CAIssuer.resource, place, { spec: { ocspServers } });
    },
    rotateSecret: async (client) => {
      const { data } = await newSecret();
      await client.mergePatch(SECRETS, place, { data });
    },
  };
}
