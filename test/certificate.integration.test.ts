import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { CERTIFICATES, certificate, SECRETS } from "@countersign/testing";
import { parseCertificates } from "@countersign/x509";
import { type Cluster, connect } from "./cluster/connect.ts";
import { CA_KINDS, type CaKind, createCaIssuer, GROUP } from "./cluster/issuers.ts";
import { waitForCondition } from "./cluster/wait.ts";

const namespace = "certificates";
const run = promisify(execFile);

describe("a Certificate", () => {
  let cluster: Cluster;
  let folder: string;

  before(async () => {
    cluster = await connect();
    folder = await mkdtemp(join(tmpdir(), "countersign-test-"));
  });
  after(async () => {
    await cluster[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  for (const kind of Object.keys(CA_KINDS) as CaKind[]) {
    it(`of a ${kind} becomes Ready, and openssl verifies what its Secret holds`, async () => {
      const { client } = cluster;
      const name = `web-${kind.toLowerCase()}`;
      const authority = await createCaIssuer(client, { kind, namespace, name });
      await client.create(
        CERTIFICATES,
        certificate({
          namespace,
          name,
          commonName: "web.example.com",
          dnsNames: ["web.example.com", "www.example.com"],
          ipAddresses: ["192.0.2.1", "2001:db8::1"],
          uris: ["spiffe://example.com/web"],
          emailAddresses: ["web@example.com"],
          duration: "2h",
          usages: ["digital signature", "server auth", "client auth"],
          issuerRef: { group: GROUP, kind, name },
        }),
      );
      const target = { resource: CERTIFICATES, namespace, name };
      await waitForCondition(client, target, { type: "Ready", status: "True" });

      const secret = await client.get(SECRETS, { namespace, name: `${name}-tls` });
      assert.deepEqual(Object.keys(secret.data).sort(), ["ca.crt", "tls.crt", "tls.key"]);
      const files = Object.fromEntries(
        Object.entries(secret.data).map(([key, value]) => [key, Buffer.from(value, "base64")]),
      );
      assert.equal(files["ca.crt"]?.toString(), authority.certificatePem);
      await assertVerified(join(folder, name), files);

      const [leaf] = parseCertificates(files["tls.crt"]?.toString() ?? "");
      assert.equal(leaf?.issuer, `CN=${name}`);
      assert.deepEqual(leaf?.subjectAltNames.map((each) => `${each.kind}:${each.value}`).sort(), [
        "dns:web.example.com",
        "dns:www.example.com",
        "email:web@example.com",
        "ip:192.0.2.1",
        "ip:2001:db8::1",
        "uri:spiffe://example.com/web",
      ]);
      const hours = (Number(leaf?.notAfter) - Number(leaf?.notBefore)) / 3_600_000;
      assert.equal(hours, 2);
    });
  }

  /** openssl judges the chain, the name and that the key is the certificate's. */
  async function assertVerified(prefix: string, files: Record<string, Buffer>): Promise<void> {
    const path = (key: string): string => `${prefix}-${key}`;
    for (const [key, bytes] of Object.entries(files)) await writeFile(path(key), bytes);
    const verify = ["verify", "-x509_strict", "-CAfile", path("ca.crt")];
    const name = ["-purpose", "sslserver", "-verify_hostname", "www.example.com"];
    const verified = await run("openssl", [...verify, ...name, path("tls.crt")]);
    assert.match(verified.stdout, /: OK$/m);
    const ofKey = await run("openssl", ["pkey", "-in", path("tls.key"), "-pubout"]);
    const ofLeaf = await run("openssl", ["x509", "-in", path("tls.crt"), "-noout", "-pubkey"]);
    assert.equal(ofLeaf.stdout, ofKey.stdout);
  }
});
