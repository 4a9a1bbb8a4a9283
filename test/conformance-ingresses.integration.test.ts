// cert-manager's conformance tests for the Ingresses of an issuer, through the real cert-manager.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { CERTIFICATES, INGRESSES, ingress, poll } from "@countersign/testing";
import type { NewAuthority } from "./cluster/certificate-authority.ts";
import { type Cluster, connect } from "./cluster/connect.ts";
import { CA_KINDS, type CaKind, createCaIssuer, GROUP } from "./cluster/issuers.ts";
import { assertCertificate, waitForReady } from "./conformance/assert-certificate.ts";

const namespace = "conformance";

/** Annotations of an Ingress, and the Certificate that cert-manager makes of it. */
const ROWS = [
  {
    feature: "with the issuer's annotations alone",
    annotations: {},
    spec: {},
  },
  {
    feature: "with annotations for the fields of the Certificate",
    annotations: {
      "cert-manager.io/common-name": "fields.example.com",
      "cert-manager.io/duration": "999h0m0s",
      "cert-manager.io/renew-before": "111h0m0s",
      "cert-manager.io/revision-history-limit": "7",
      "cert-manager.io/private-key-algorithm": "RSA",
      "cert-manager.io/private-key-encoding": "PKCS1",
      "cert-manager.io/private-key-size": "3072",
      "cert-manager.io/private-key-rotation-policy": "Always",
    },
    spec: {
      commonName: "fields.example.com",
      duration: "999h0m0s",
      renewBefore: "111h0m0s",
      revisionHistoryLimit: 7,
      privateKey: { algorithm: "RSA", encoding: "PKCS1", size: 3072, rotationPolicy: "Always" },
    },
  },
] as const;

for (const kind of Object.keys(CA_KINDS) as CaKind[]) {
  describe(`an Ingress of a ${kind}`, () => {
    const issuer = `ingresses-${kind.toLowerCase()}`;
    let cluster: Cluster;
    let authority: NewAuthority;

    before(async () => {
      cluster = await connect();
      authority = await createCaIssuer(cluster.client, { kind, namespace, name: issuer });
    });
    after(() => cluster[Symbol.asyncDispose]());

    for (const [i, { feature, annotations, spec }] of ROWS.entries()) {
      it(`${feature} gets its certificate`, async () => {
        const { client } = cluster;
        const name = `${issuer}-${i}`;
        const issuerAnnotations = {
          "cert-manager.io/issuer": issuer,
          "cert-manager.io/issuer-kind": kind,
          "cert-manager.io/issuer-group": GROUP,
        };
        const all = { ...issuerAnnotations, ...annotations };
        const hosts = ["fields.example.com"];
        await client.create(INGRESSES, ingress({ namespace, name, hosts, annotations: all }));
        const place = { namespace, name: `${name}-tls` };
        await poll(
          "the Ingress's Certificate",
          async (signal) => client.get(CERTIFICATES, place, { signal }),
          { timeoutMs: 60_000 },
        );
        const ready = await waitForReady(client, place);
        assert.partialDeepStrictEqual(ready.spec, { ...spec, dnsNames: hosts });
        await assertCertificate(client, ready, authority.certificatePem);
      });
    }
  });
}
