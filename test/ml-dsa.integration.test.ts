// What of ML-DSA (FIPS 204) works through the cert-manager of today, and what does not. docs/ml-dsa.md
// says the same in words.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { after, before, describe, it } from "node:test";
import type { Client } from "@countersign/kube";
import {
  CERTIFICATE_REQUESTS,
  CERTIFICATE_SIGNING_REQUESTS,
  CERTIFICATES,
  certificate,
  certificateSigningRequest,
  SECRETS,
  tlsSecret,
} from "@countersign/testing";
import { createCsr, createKeySigner, isKeyTypeSupported } from "@countersign/x509";
import { serveIssuers } from "../tools/serve-issuers.ts";
import { type Cluster, connect } from "./cluster/connect.ts";
import { newIntermediate } from "./cluster/intermediate.ts";
import { createIssuer, GROUP } from "./cluster/issuers.ts";
import {
  type PrivateControlPlane,
  startPrivateControlPlane,
} from "./cluster/private-control-plane.ts";
import { createRequest } from "./cluster/requests.ts";
import { waitForCondition } from "./cluster/wait.ts";
import { decode } from "./conformance/assert-issued.ts";
import { type KeyKind, newAuthority, newKey, toPem } from "./x509/authorities.ts";
import { startPythonJudge, WITHOUT_PYTHON } from "./x509/tools.ts";

const namespace = "ml-dsa";
const DAY_MS = 24 * 3_600_000;
const KINDS = ["ML-DSA-44", "ML-DSA-65", "ML-DSA-87"] as const satisfies KeyKind[];
const skip = KINDS.every(isKeyTypeSupported) ? false : "this Node has no ML-DSA";

/** A root and an intermediate, in the Secret of a CAIssuer. Returns the root. */
async function createMlDsaIssuer(
  client: Client,
  issuer: { namespace: string; kind: KeyKind; name: string },
): Promise<string> {
  const { kind, name, namespace } = issuer;
  const now = new Date();
  const root = await newAuthority(kind, { commonName: "root", now, durationMs: 365 * DAY_MS });
  const below = { kind, commonName: "middle", now, durationMs: 200 * DAY_MS };
  const middle = await newIntermediate(root, below);
  const pems = { ...middle, caPem: root.certificatePem };
  await client.create(SECRETS, tlsSecret({ namespace, name }, pems));
  await createIssuer(client, { kind: "CAIssuer", namespace, name, secretName: name });
  return root.certificatePem;
}

function newMlDsaCsr(kind: KeyKind): Promise<string> {
  const signer = createKeySigner(toPem(newKey(kind)));
  return createCsr({ subject: { commonName: "web" }, dnsNames: ["web.example.com"], signer });
}

/** The leaf, the intermediate and the root, each signed by the next: as Node says, and as pyca says. */
async function assertChain(chainPem: string, rootPem: string): Promise<X509Certificate> {
  const blocks = `${chainPem}${rootPem}`.match(/-+BEGIN CERT[\s\S]+?-+END CERTIFICATE-+/g) ?? [];
  const [leaf, middle, root, ...more] = blocks.map((pem) => new X509Certificate(pem));
  assert.ok(leaf && middle && root);
  assert.deepEqual(more, []);
  for (const [below, above] of [
    [leaf, middle],
    [middle, root],
    [root, root],
  ] as const) {
    assert.ok(below.checkIssued(above) && below.verify(above.publicKey), below.subject);
  }
  if (WITHOUT_PYTHON) return leaf;
  using python = await startPythonJudge();
  const chain = [leaf, middle, root].map(({ raw }) => raw.toString("base64"));
  const answer = await python.ask<{ findings: string[] }>({ ask: "chain", chain });
  assert.deepEqual(answer.findings, ["CN=web", "CN=middle", "CN=root,O=Countersign"]);
  return leaf;
}

describe("an ML-DSA CA behind cert-manager", { skip }, () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await connect();
  });
  after(() => cluster[Symbol.asyncDispose]());

  for (const kind of KINDS) {
    it(`of ${kind} issues a Certificate with a classical key`, async () => {
      const { client } = cluster;
      const name = kind.toLowerCase();
      const rootPem = await createMlDsaIssuer(client, { namespace, kind, name });
      const issuerRef = { group: GROUP, kind: "CAIssuer", name };
      const names = { commonName: "web", dnsNames: ["web.example.com"] };
      await client.create(CERTIFICATES, certificate({ namespace, name, issuerRef, ...names }));
      const target = { resource: CERTIFICATES, namespace, name };
      await waitForCondition(client, target, { type: "Ready", status: "True" });

      const { data } = await client.get(SECRETS, { namespace, name: `${name}-tls` });
      assert.equal(decode(data["ca.crt"]), rootPem);
      const leaf = await assertChain(decode(data["tls.crt"]), rootPem);
      assert.equal(leaf.publicKey.asymmetricKeyType, "ec");
    });
  }

  it("gets no CertificateRequest with an ML-DSA key: cert-manager's webhook refuses it", async () => {
    const issuerRef = { group: GROUP, kind: "CAIssuer", name: "ml-dsa-65" };
    const csrPem = await newMlDsaCsr("ML-DSA-65");
    await assert.rejects(
      createRequest(cluster.client, { namespace, name: "refused", issuerRef, csrPem }),
      /denied the request: .*algorithm unimplemented/,
    );
  });

  it("gets no CertificateSigningRequest with one: the API server, of Go 1.26 too, refuses it", async () => {
    const draft = certificateSigningRequest({
      name: "ml-dsa",
      signerName: `caissuers.${GROUP}/${namespace}.ml-dsa-65`,
      csrPem: await newMlDsaCsr("ML-DSA-65"),
    });
    await assert.rejects(
      cluster.client.create(CERTIFICATE_SIGNING_REQUESTS, draft),
      /spec\.request: Invalid value: .*algorithm unimplemented/s,
    );
  });
});

describe("an ML-DSA CA without cert-manager's webhook", { skip, timeout: 180_000 }, () => {
  let plane: PrivateControlPlane;
  before(async () => {
    plane = await startPrivateControlPlane({ webhook: false });
    await serveIssuers(plane.controlPlane, { secretNamespaces: ["default"] });
  });
  after(() => plane.controlPlane.stop());

  for (const kind of KINDS) {
    it(`of ${kind} issues a CertificateRequest with a key of its kind`, async () => {
      const { client } = plane.controlPlane;
      const place = { namespace: "default", name: kind.toLowerCase() };
      const rootPem = await createMlDsaIssuer(client, { ...place, kind });
      const issuerRef = { group: GROUP, kind: "CAIssuer", name: place.name };
      await createRequest(client, { ...place, issuerRef, csrPem: await newMlDsaCsr(kind) });
      const target = { resource: CERTIFICATE_REQUESTS, ...place };
      const issued = await waitForCondition(client, target, { type: "Ready", status: "True" });
      assert.equal(decode(issued.status?.ca), rootPem);
      const leaf = await assertChain(decode(issued.status?.certificate), rootPem);
      assert.equal(leaf.publicKey.asymmetricKeyType, kind.toLowerCase());
    });
  }
});
