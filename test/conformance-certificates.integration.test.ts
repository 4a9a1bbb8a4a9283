// cert-manager's conformance tests for the Certificates of an issuer, through the real cert-manager.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { CERTIFICATES, certificate, SECRETS } from "@countersign/testing";
import { publicKeysEqual } from "@countersign/x509";
import type { NewAuthority } from "./cluster/certificate-authority.ts";
import { type Cluster, connect } from "./cluster/connect.ts";
import { CA_KINDS, type CaKind, createCaIssuer, GROUP } from "./cluster/issuers.ts";
import { waitFor } from "./cluster/wait.ts";
import { assertCertificate, waitForReady } from "./conformance/assert-certificate.ts";
import { CERTIFICATE_FEATURES } from "./conformance/certificate-features.ts";

const namespace = "conformance";

for (const kind of Object.keys(CA_KINDS) as CaKind[]) {
  describe(`a Certificate of a ${kind} gets`, () => {
    const issuer = `certificates-${kind.toLowerCase()}`;
    const issuerRef = { group: GROUP, kind, name: issuer };
    const prefix = kind.toLowerCase();
    let cluster: Cluster;
    let authority: NewAuthority;

    // All are created before one is waited for: cert-manager works on many at a time.
    before(async () => {
      cluster = await connect();
      const { client } = cluster;
      authority = await createCaIssuer(client, { kind, namespace, name: issuer });
      const drafts = CERTIFICATE_FEATURES.map(({ spec }, i) =>
        certificate({ namespace, name: `${prefix}-${i}`, issuerRef, ...spec }),
      );
      await Promise.all(drafts.map((draft) => client.create(CERTIFICATES, draft)));
    });
    after(() => cluster[Symbol.asyncDispose]());

    for (const [i, { feature, spec }] of CERTIFICATE_FEATURES.entries()) {
      it(feature, async () => {
        const ready = await waitForReady(cluster.client, { namespace, name: `${prefix}-${i}` });
        for (const [field, value] of Object.entries(spec)) {
          assert.partialDeepStrictEqual(ready.spec, { [field]: value });
        }
        await assertCertificate(cluster.client, ready, authority.certificatePem);
      });
    }

    it("another with the same key when the one in its Secret is deleted", async () => {
      const { client } = cluster;
      const name = `${prefix}-reused`;
      const privateKey = { algorithm: "ECDSA", rotationPolicy: "Never" } as const;
      const draft = { namespace, name, issuerRef, privateKey, dnsNames: ["reused.example.com"] };
      await client.create(CERTIFICATES, certificate(draft));
      const ready = await waitForReady(client, { namespace, name });
      const first = await assertCertificate(client, ready, authority.certificatePem);

      const secret = { namespace, name: ready.spec.secretName };
      await client.mergePatch(SECRETS, secret, { data: { "tls.crt": "" } });
      const again = await waitForReady(client, { namespace, name }, 2);
      const second = await assertCertificate(client, again, authority.certificatePem);
      assert.notEqual(second.serialHex, first.serialHex);
      assert.ok(publicKeysEqual(second.publicKeyDer, first.publicKeyDer));
    });

    it("a DNS name that is added to it", async () => {
      const { client } = cluster;
      const name = `${prefix}-updated`;
      const draft = certificate({ namespace, name, issuerRef, dnsNames: ["old.example.com"] });
      await client.create(CERTIFICATES, draft);
      const ready = await waitForReady(client, { namespace, name });
      await assertCertificate(client, ready, authority.certificatePem);

      const dnsNames = ["old.example.com", "new.example.com"];
      await client.mergePatch(CERTIFICATES, { namespace, name }, { spec: { dnsNames } });
      await waitFor(client, { resource: CERTIFICATES, namespace, name }, ({ metadata }) =>
        Boolean(metadata.generation && metadata.generation > 1),
      );
      const again = await waitForReady(client, { namespace, name }, 2);
      await assertCertificate(client, again, authority.certificatePem);
    });
  });
}
