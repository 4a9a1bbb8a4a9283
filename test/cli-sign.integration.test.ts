import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { certificateRequest, type FakeCa, startFakeCa } from "@countersign/testing";
import { parseCertificates, parseCsr, publicKeysEqual } from "@countersign/x509";
import { stringify } from "yaml";
import { ROOT } from "../tools/command.ts";
import { newAuthority } from "./cluster/certificate-authority.ts";
import { countersign } from "./cluster/countersign.ts";
import { newCsrPem } from "./cluster/requests.ts";

const CA = ["-d", join(ROOT, "issuers/ca/issuer.ts"), "-i", "issuer.yaml"];
const MINIMAL = ["-d", join(ROOT, "examples/minimal/issuer.ts"), "-i", "acme.yaml"];

// No cluster anywhere: files, the author's own module and, for the minimal example, a CA over HTTP.
describe("countersign sign", () => {
  let folder: string;
  let ca: FakeCa;
  let csrPem: string;
  const at = (name: string): string => join(folder, name);
  const sign = (...args: string[]) =>
    countersign(
      "sign",
      ...args.map((each) => (/^\w+\.(yaml|csr|pem|key|ts)$/.test(each) ? at(each) : each)),
    );
  const write = (name: string, content: object | string): Promise<void> =>
    writeFile(at(name), typeof content === "string" ? content : stringify(content));

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "countersign-sign-"));
    ca = await startFakeCa({ token: "let me in" });
    csrPem = await newCsrPem("web.example.com");
    const { certificatePem, keyPem } = await newAuthority("Team CA");
    const data = { "tls.crt": certificatePem, "tls.key": keyPem };
    const issuerRef = { group: "issuers.countersign.dev", kind: "CAIssuer", name: "team-ca" };
    await write("web.csr", csrPem);
    await write("web.key", keyPem);
    await write("issuer.yaml", {
      apiVersion: "issuers.countersign.dev/v1alpha1",
      kind: "CAIssuer",
      metadata: { name: "team-ca" },
      spec: { secretName: "team-ca" },
    });
    await write("secret.yaml", {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "team-ca" },
      stringData: data,
    });
    const request = certificateRequest({ namespace: "default", name: "web", issuerRef, csrPem });
    await write("request.yaml", request);
    const spec = { ...request.spec, issuerRef: { ...issuerRef, name: "other" } };
    await write("other.yaml", { ...request, spec });
    await write("acme.yaml", {
      apiVersion: "acme.example.com/v1alpha1",
      kind: "AcmeIssuer",
      metadata: { name: "acme" },
      spec: { url: ca.url, authSecretName: "token" },
    });
    await write("token.yaml", {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "token" },
      stringData: { token: "let me in" },
    });
    await write(
      "serves.ts",
      "export default 1;\nawait Promise.reject(new Error('it is broken'));\n",
    );
    await write("nothing.ts", "export const issuer = 1;\n");
  });
  after(async () => {
    await ca[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it("issues a CertificateRequest from the CA issuer, tells what it is, and writes the chain", async () => {
    const args = ["request.yaml", ...CA, "--object", "secret.yaml", "--out", "chain.pem"];
    const { code, json } = await sign(...args, "-o", "json");
    assert.equal(code, 0);
    const { request, issuer, isIssued, result, certificate, differences } = json;
    assert.deepEqual(
      { request, issuer, isIssued, result, differences },
      {
        request: "CertificateRequest default/web",
        issuer: "CAIssuer default/team-ca",
        isIssued: true,
        result: "issued",
        differences: [],
      },
    );
    const [leaf] = parseCertificates(await readFile(at("chain.pem"), "utf8"));
    assert.ok(leaf && publicKeysEqual(leaf.publicKeyDer, parseCsr(csrPem).publicKeyDer));
    assert.equal(leaf.serialHex, (certificate as { serial: string }).serial);
  });

  it("prints the same for people", async () => {
    const { code, out } = await sign("request.yaml", ...CA, "--object", "secret.yaml");
    assert.equal(code, 0);
    for (const line of [
      /^CertificateRequest default\/web to CAIssuer default\/team-ca$/m,
      /^ {2}names {5}dns:web.example.com$/m,
      /^ {2}signed by CN=Team CA$/m,
      /^Differences\n {2}none$/m,
      /^Result {2}✔ The gate lets it through: a controller would publish it\.$/m,
    ]) {
      assert.match(out, line);
    }
  });

  it("issues from the minimal example, whose CA answers over HTTP, and tells how it differs", async () => {
    const { code, json } = await sign(
      "web.csr",
      ...MINIMAL,
      "--object",
      "token.yaml",
      "-o",
      "json",
    );
    assert.equal(code, 0);
    const [difference] = json.differences as { reaction: string; detail: string }[];
    assert.equal(difference?.reaction, "warn");
    assert.match(difference?.detail ?? "", /it lasts 1d, 90d was asked for/);
  });

  const FAILS: readonly [name: string, args: readonly string[], code: number, says: RegExp][] = [
    [
      "the issuer's check fails",
      ["request.yaml", ...CA],
      1,
      /Result {2}✖ Secret default\/team-ca is in none of the files: give it with --object <file>/,
    ],
    [
      "the request is for another issuer",
      ["other.yaml", ...CA, "--object", "secret.yaml"],
      1,
      /✖ CertificateRequest default\/web refers to CAIssuer default\/other, and not to CAIssuer default\/team-ca/,
    ],
    [
      "a file does not exist",
      ["no.csr", ...CA],
      2,
      /^Cannot read request .*no.csr: it does not exist, give the path of a file that does\n$/,
    ],
    ["a file is a folder", [".", ...CA], 2, /^Cannot read request .: it is a folder/],
    [
      "the request is a key",
      ["web.key", ...CA],
      2,
      /^Cannot read request .*web.key: it holds a PEM block PRIVATE KEY, must hold a CSR/,
    ],
    [
      "the issuer is none of the definition's",
      ["web.csr", ...CA.slice(0, 2), "-i", "acme.yaml"],
      2,
      /it holds AcmeIssuer of acme.example.com\/v1alpha1, must hold one CAIssuer of issuers.countersign.dev\/v1alpha1 or/,
    ],
    [
      "flags contradict the request",
      ["request.yaml", ...CA, "--duration", "1h"],
      2,
      /--duration, --usage and --ca are for a bare CSR/,
    ],
    [
      "a usage is unknown",
      ["web.csr", ...CA, "--usage", "sing"],
      2,
      /^Cannot sign .*web.csr: .*sing.*Correct the request\n$/s,
    ],
    ["a duration is none", ["web.csr", ...CA, "--duration", "soon"], 2, /must be a duration/],
    [
      "the module runs a program when it is loaded",
      ["web.csr", "-d", join(ROOT, "issuers/main.ts"), "-i", "issuer.yaml"],
      2,
      /it calls run\(\) when it is loaded, must call it only when it is started itself/,
    ],
    [
      "the module is broken",
      ["web.csr", "-d", "serves.ts", "-i", "issuer.yaml"],
      2,
      /^Cannot load definition .*: it is broken\. Correct the module, or install what it imports\n$/,
    ],
    [
      "the module has no default export",
      ["web.csr", "-d", "nothing.ts", "-i", "issuer.yaml"],
      2,
      /it has no default export, must have: export default defineIssuer\(\{ … \}\)\n$/,
    ],
  ];
  for (const [name, args, code, says] of FAILS) {
    it(`ends with ${code}, and says what to do, when ${name}`, async () => {
      const ended = await sign(...args);
      assert.match(ended.out + ended.err, says);
      assert.equal(ended.code, code);
    });
  }
});
