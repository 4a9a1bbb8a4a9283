import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { EVENTS, isApiError } from "@countersign/kube";
import {
  CERTIFICATE_REQUESTS,
  type CertificateRequest,
  poll,
  SECRETS,
  tlsSecret,
} from "@countersign/testing";
import { parseCertificates } from "@countersign/x509";
import { newAuthority as newRoot } from "./cluster/certificate-authority.ts";
import { type Cluster, connect } from "./cluster/connect.ts";
import { newIntermediate } from "./cluster/intermediate.ts";
import { CA_KINDS, type CaIssuer, createIssuer, GROUP } from "./cluster/issuers.ts";
import { createRequest } from "./cluster/requests.ts";
import { conditionOf, waitFor, waitForCondition } from "./cluster/wait.ts";
import { decode } from "./conformance/assert-issued.ts";
import { newAuthority } from "./x509/authorities.ts";

const namespace = "ca-issuer";
const { resource } = CA_KINDS.CAIssuer;
const DAY_MS = 24 * 3_600_000;

describe("a CAIssuer", () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await connect();
  });
  after(() => cluster[Symbol.asyncDispose]());

  async function issued(issuer: string, name: string): Promise<CertificateRequest> {
    const { client } = cluster;
    const issuerRef = { group: GROUP, kind: "CAIssuer", name: issuer };
    await createRequest(client, { namespace, name, issuerRef });
    const target = { resource: CERTIFICATE_REQUESTS, namespace, name };
    return waitForCondition(client, target, { type: "Ready", status: "True", reason: "Issued" });
  }

  function waitForMessage(name: string, words: RegExp): Promise<CaIssuer> {
    return waitFor(cluster.client, { resource, namespace, name }, (object) =>
      words.test(conditionOf(object, "Ready")?.message ?? ""),
    );
  }

  it("with URLs and policies writes them into certificates, and says what is cut short", async () => {
    const { client } = cluster;
    const name = "policies";
    const now = new Date();
    const ca = await newAuthority("ECDSA P-256", { now, durationMs: 40 * DAY_MS });
    await client.create(SECRETS, tlsSecret({ namespace, name }, ca));
    await createIssuer(client, {
      kind: "CAIssuer",
      namespace,
      name,
      secretName: name,
      crlDistributionPoints: ["http://ca.example.com/ca.crl"],
      ocspServers: ["http://ocsp.example.com"],
      issuingCertificateURLs: ["http://ca.example.com/ca.crt"],
      policies: {
        dropKeyEnciphermentForEC: true,
        subjectKeyId: true,
        clampToIssuer: true,
        backdate: "5m",
        rejectUnknownEKU: true,
        signatureAlgorithm: "ecdsa-with-SHA384",
      },
    });
    const request = await issued(name, "policies");
    const [leaf] = parseCertificates(decode(request.status?.certificate));
    assert.ok(leaf);
    assert.deepEqual(leaf.keyUsage, ["digital signature"]);
    assert.equal(leaf.subjectKeyId?.length, 20);
    assert.deepEqual(leaf.notAfter, ca.certificate.notAfter);
    assert.ok(leaf.notBefore.getTime() <= Date.now() - 300_000);
    assert.ok(Buffer.from(leaf.der).includes("http://ca.example.com/ca.crl"));
    const node = new X509Certificate(leaf.der);
    assert.match(node.infoAccess ?? "", /OCSP - URI:http:\/\/ocsp\.example\.com/);
    assert.match(node.infoAccess ?? "", /CA Issuers - URI:http:\/\/ca\.example\.com\/ca\.crt/);
    assert.equal(node.signatureAlgorithm, "ecdsa-with-SHA384");
    const end = leaf.notAfter.toISOString().replaceAll(".", "\\.");
    const cut = `it lasts 40d[^;]*, 90d was asked for, because its CA ends on ${end}`;
    assert.match(conditionOf(request, "Ready")?.message ?? "", new RegExp(cut));
  });

  const refused: [what: string, spec: object, field: RegExp][] = [
    ["an empty URL", { ocspServers: [""] }, /spec\.ocspServers\[0\]/],
    ["a duration that is none", { policies: { backdate: "soon" } }, /spec\.policies\.backdate/],
    ["SHA-1", { policies: { signatureAlgorithm: "ecdsa-with-SHA1" } }, /signatureAlgorithm/],
  ];
  for (const [what, spec, field] of refused) {
    it(`with ${what} is refused by the API server, which names the field`, async () => {
      const issuer = { kind: "CAIssuer", namespace, name: "refused", secretName: "s" } as const;
      await assert.rejects(
        createIssuer(cluster.client, { ...issuer, ...spec }),
        (error) => isApiError(error, "Invalid") && field.test(error.message),
      );
    });
  }

  it("with an algorithm that is not its key's says so, and not that the Secret is wrong", async () => {
    const { client } = cluster;
    const name = "algorithm";
    await client.create(SECRETS, tlsSecret({ namespace, name }, await newRoot(name)));
    const policies = { signatureAlgorithm: "RSASSA-PSS with SHA-256" };
    await createIssuer(client, { kind: "CAIssuer", namespace, name, secretName: name, policies });
    await waitForMessage(name, /^spec\.policies\.signatureAlgorithm cannot be used: /);
  });

  it("publishes the chain and root that its Secret has, and follows them at once", async () => {
    const { client } = cluster;
    const name = "chain";
    const now = new Date();
    const root = await newAuthority("ECDSA P-256", { now, durationMs: 10 * DAY_MS });
    const below = { commonName: "middle", now, durationMs: 20 * DAY_MS };
    const middle = await newIntermediate(root, { ...below, kind: "ECDSA P-256" });
    await client.create(SECRETS, tlsSecret({ namespace, name }, middle));
    await createIssuer(client, { kind: "CAIssuer", namespace, name, secretName: name });
    const lone = await issued(name, "chain-lone");
    assert.equal(parseCertificates(decode(lone.status?.certificate)).length, 2);
    assert.equal(decode(lone.status?.ca), middle.certificatePem);

    const patch = tlsSecret({ namespace, name }, { ...middle, caPem: root.certificatePem });
    await client.mergePatch(SECRETS, { namespace, name }, patch);
    const end = root.certificate.notAfter.toISOString().replaceAll(".", "\\.");
    await waitForMessage(name, new RegExp(`CN=.+ of its chain ends earlier, on ${end}\\.$`));
    const rooted = await issued(name, "chain-rooted");
    const chain = parseCertificates(decode(rooted.status?.certificate));
    assert.deepEqual(
      chain.slice(1).map(({ subject }) => subject),
      ["CN=middle"],
    );
    assert.equal(decode(rooted.status?.ca), root.certificatePem);
  });

  it("whose ca.crt is another CA's is not Ready, and says why", async () => {
    const { client } = cluster;
    const name = "strangers";
    const other = await newRoot("other");
    const pems = { ...(await newRoot(name)), caPem: other.certificatePem };
    await client.create(SECRETS, tlsSecret({ namespace, name }, pems));
    await createIssuer(client, { kind: "CAIssuer", namespace, name, secretName: name });
    await waitForMessage(name, /: the chain in tls\.crt and ca\.crt cannot be used: /);
  });

  it("says until when, warns once before its CA ends, stops then, and goes on when it is renewed", async () => {
    const { client } = cluster;
    const name = "ending";
    const now = new Date();
    const ca = await newAuthority("ECDSA P-256", { now, durationMs: 18_000 });
    await client.create(SECRETS, tlsSecret({ namespace, name }, ca));
    await createIssuer(client, { kind: "CAIssuer", namespace, name, secretName: name });
    const end = ca.certificate.notAfter.toISOString();
    const first = await waitForMessage(name, /^The issuer can issue until /);
    assert.equal(conditionOf(first, "Ready")?.message, `The issuer can issue until ${end}.`);
    const warned = await waitForMessage(name, /: renew it\.$/);
    assert.equal(conditionOf(warned, "Ready")?.status, "True");
    await waitForCondition(
      client,
      { resource, namespace, name },
      { type: "Ready", status: "False" },
    );
    assert.ok(Date.now() < ca.certificate.notAfter.getTime() + 5_000, "it stops at the end");
    await waitForMessage(name, /^The issuer's CA ended on .+: renew it\.$/);

    const renewed = tlsSecret({ namespace, name }, await newRoot(name));
    await client.mergePatch(SECRETS, { namespace, name }, renewed);
    await waitForCondition(
      client,
      { resource, namespace, name },
      { type: "Ready", status: "True" },
    );
    const events = await poll(
      "the Warning",
      async () => {
        const { items } = await client.list(EVENTS, { namespace });
        const found = items.filter((event) => event.regarding?.name === name);
        return found.some(({ reason }) => reason === "Expiring") ? found : undefined;
      },
      { timeoutMs: 60_000 },
    );
    const warnings = events.filter(({ reason }) => reason === "Expiring");
    assert.deepEqual(
      warnings.map(({ type, note, series }) => [type, note, series]),
      [["Warning", `The issuer can issue, but its CA ends on ${end}: renew it.`, undefined]],
    );
  });

  it("that refuses unknown purposes fails a CSR that asks for one", async () => {
    const { client } = cluster;
    const name = "purposes";
    await client.create(SECRETS, tlsSecret({ namespace, name }, await newRoot(name)));
    const policies = { rejectUnknownEKU: true };
    await createIssuer(client, { kind: "CAIssuer", namespace, name, secretName: name, policies });
    const target = { resource: CERTIFICATE_REQUESTS, namespace, name };
    const issuerRef = { group: GROUP, kind: "CAIssuer", name };
    await createRequest(client, {
      namespace,
      name,
      issuerRef,
      csrPem: await csrWithPurpose("1.2.3.4"),
    });
    const failed = await waitForCondition(client, target, {
      type: "Ready",
      status: "False",
      reason: "Failed",
    });
    assert.match(conditionOf(failed, "Ready")?.message ?? "", /"1\.2\.3\.4"/);
  });
});

/** openssl makes it: nothing here asks for what cert-manager has no word for. */
async function csrWithPurpose(oid: string): Promise<string> {
  const key = [
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-keyout",
    "/dev/null",
  ];
  const usages = ["keyUsage=critical,digitalSignature,keyEncipherment", `extendedKeyUsage=${oid}`];
  const extensions = usages.flatMap((each) => ["-addext", each]);
  const args = ["req", "-new", ...key, "-subj", "/CN=web", ...extensions];
  return (await promisify(execFile)("openssl", args)).stdout;
}
