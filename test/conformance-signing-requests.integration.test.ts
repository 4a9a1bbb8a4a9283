// cert-manager's conformance tests for Kubernetes' own CertificateSigningRequests.
import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { parseGoDuration } from "@countersign/issuer";
import {
  CERTIFICATE_SIGNING_REQUESTS,
  certificateSigningRequest,
  decideCertificateSigningRequest,
} from "@countersign/testing";
import { createCsr, createKeySigner, parseCsr } from "@countersign/x509";
import type { NewAuthority } from "./cluster/certificate-authority.ts";
import { type Cluster, connect } from "./cluster/connect.ts";
import { CA_KINDS, type CaKind, createCaIssuer, GROUP } from "./cluster/issuers.ts";
import { waitFor } from "./cluster/wait.ts";
import { assertIssued, decode } from "./conformance/assert-issued.ts";
import {
  SIGNING_REQUEST_FEATURES,
  type SigningRequestFeature,
} from "./conformance/signing-request-features.ts";

const namespace = "conformance";
const DEFAULT_DURATION = "2160h";

const SIGNER_NAMES: Readonly<Record<CaKind, (issuer: string) => string>> = {
  CAIssuer: (issuer) => `caissuers.${GROUP}/${namespace}.${issuer}`,
  CAClusterIssuer: (issuer) => `caclusterissuers.${GROUP}/${issuer}`,
};

const KEYS: Readonly<Record<string, () => { privateKey: KeyObject }>> = {
  RSA: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ECDSA: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  Ed25519: () => generateKeyPairSync("ed25519"),
};

for (const kind of Object.keys(CA_KINDS) as CaKind[]) {
  describe(`a CertificateSigningRequest of a ${kind} gets`, () => {
    const issuer = `requests-${kind.toLowerCase()}`;
    const keys: string[] = [];
    let cluster: Cluster;
    let authority: NewAuthority;

    before(async () => {
      cluster = await connect();
      authority = await createCaIssuer(cluster.client, { kind, namespace, name: issuer });
      await Promise.all(SIGNING_REQUEST_FEATURES.map(create));
    });
    after(() => cluster[Symbol.asyncDispose]());

    async function create(row: SigningRequestFeature, i: number): Promise<void> {
      const { client } = cluster;
      const { key = "ECDSA", csr, usages, expirationSeconds, duration, isCA } = row;
      const pair = KEYS[key]?.();
      assert.ok(pair);
      keys[i] = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
      const name = `${issuer}-${i}`;
      const draft = certificateSigningRequest({
        name,
        signerName: SIGNER_NAMES[kind](issuer),
        csrPem: await createCsr({ ...csr, signer: createKeySigner(keys[i]) }),
        annotations: {
          ...(duration && { "experimental.cert-manager.io/request-duration": duration }),
          ...(isCA && { "experimental.cert-manager.io/request-is-ca": "true" }),
        },
        ...(usages && { usages }),
        ...(expirationSeconds && { expirationSeconds }),
      });
      await client.create(CERTIFICATE_SIGNING_REQUESTS, draft);
      await decideCertificateSigningRequest(client, name, "Approved");
    }

    for (const [i, row] of SIGNING_REQUEST_FEATURES.entries()) {
      it(row.feature, async () => {
        const target = { resource: CERTIFICATE_SIGNING_REQUESTS, name: `${issuer}-${i}` };
        const issued = await waitFor(cluster.client, target, ({ status }) =>
          Boolean(status?.certificate),
        );
        const conditions = issued.status?.conditions?.map(({ type }) => type);
        assert.deepEqual(conditions, ["Approved"]);
        const csr = parseCsr(decode(issued.spec.request));
        const { duration, expirationSeconds = 0, isCA = false } = row;
        const asked = duration ?? (expirationSeconds ? `${expirationSeconds}s` : DEFAULT_DURATION);
        assertIssued(
          {
            certificate: decode(issued.status?.certificate),
            key: keys[i] ?? "",
            ca: authority.certificatePem,
          },
          {
            names: csr.subjectAltNames.map(({ kind, value }) => `${kind}:${value}`),
            subject: csr.subject,
            isCA,
            durationMs: parseGoDuration(asked),
            usages: issued.spec.usages,
          },
        );
      });
    }
  });
}
