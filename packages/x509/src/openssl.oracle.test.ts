// What OpenSSL's command line says about what we write, and what we say about what it writes.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import {
  certificateTemplate,
  createCsr,
  createKeySigner,
  encodePem,
  issueCertificate,
  parseCertificate,
  parseCsr,
  templateForKey,
  verifyCsrSignature,
} from "./index.ts";
import { DAY_MS, type KeyKind, newBelow, newRoot, newSigner } from "./testdata/fixtures.ts";
import { throwsX509Error } from "./testdata/throws-x509-error.ts";

const directory = mkdtempSync(join(tmpdir(), "x509-oracle-"));
after(() => rmSync(directory, { recursive: true }));

function openssl(args: readonly string[], input = ""): string {
  return execFileSync("openssl", args, {
    input,
    encoding: "utf8",
    stdio: ["pipe", "pipe", "ignore"],
  });
}

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

function pem(certificate: { der: Uint8Array }): string {
  return encodePem("CERTIFICATE", certificate.der);
}

const now = new Date();
const request = { now, durationMs: DAY_MS };

describe("openssl verify -x509_strict accepts a chain", () => {
  // ML-DSA is missing: the openssl of most machines is older than 3.5.
  const kinds: KeyKind[] = [
    "RSA 2048",
    "RSA 3072",
    "ECDSA P-256",
    "ECDSA P-384",
    "ECDSA P-521",
    "Ed25519",
  ];
  for (const kind of kinds) {
    it(`of an ${kind} root, a P-256 intermediate and a leaf made from an openssl CSR`, async () => {
      const root = await newRoot("root", { signer: newSigner(kind), now });
      const middle = newSigner();
      const middleTemplate = templateForKey(middle.publicKeyDer, {
        ...request,
        subject: { commonName: "middle", organization: "Countersign" },
        isCA: true,
        pathLength: 0,
        usages: ["cert sign", "crl sign"],
      });
      const middleDer = await issueCertificate(middleTemplate, {
        issuer: root.certificate,
        signer: root.signer,
      });
      const csr = parseCsr(
        openssl([
          "req",
          "-new",
          "-newkey",
          "rsa:2048",
          "-nodes",
          "-keyout",
          join(directory, "leaf.key"),
          "-subj",
          "/C=DE/O=Ex, Inc./CN=leaf",
          "-addext",
          "subjectAltName=DNS:a.example.com,IP:10.0.0.1,otherName:1.2.3;UTF8:x",
        ]),
      );
      // SubjectKeyIdentifier is missing on the leaf, as in cert-manager, so only the CAs are strict.
      const leafDer = await issueCertificate(certificateTemplate(csr, request), {
        issuer: parseCertificate(middleDer),
        signer: middle,
      });
      const rootFile = file("root.pem", pem(root.certificate));
      const middleFile = file("middle.pem", pem({ der: middleDer }));
      const leafFile = file("leaf.pem", pem({ der: leafDer }));
      assert.match(openssl(["verify", "-x509_strict", "-CAfile", rootFile, middleFile]), /OK/);
      assert.match(
        openssl(["verify", "-CAfile", rootFile, "-untrusted", middleFile, leafFile]),
        /OK/,
      );
      const text = openssl(["x509", "-noout", "-text", "-in", leafFile]);
      assert.match(text, /Subject: C = DE, O = "Ex, Inc.", CN = leaf/);
      assert.match(text, /DNS:a\.example\.com, IP Address:10\.0\.0\.1, othername: 1\.2\.3::x/);
    });
  }
});

describe("openssl req", () => {
  it("verifies a CSR of createCsr() and reads what it asks for", async () => {
    const csrPem = await createCsr({
      subject: { commonName: "web" },
      signer: newSigner(),
      dnsNames: ["a.example.com"],
      isCA: true,
      usages: ["digital signature", "server auth"],
    });
    const text = openssl(["req", "-noout", "-text", "-verify"], csrPem);
    assert.match(text, /CA:TRUE/);
    assert.match(text, /Digital Signature, Certificate Sign/);
    assert.match(text, /TLS Web Server Authentication/);
    assert.match(text, /DNS:a\.example\.com/);
  });

  for (const args of [
    ["rsa:2048"],
    ["ec", "-pkeyopt", "ec_paramgen_curve:secp384r1"],
    ["ed25519"],
  ]) {
    it(`writes a CSR with ${args.join(" ")} that verifyCsrSignature() accepts`, () => {
      const key = join(directory, "csr.key");
      const csrPem = openssl([
        "req",
        "-new",
        "-newkey",
        ...args,
        "-nodes",
        "-keyout",
        key,
        "-subj",
        "/CN=a",
      ]);
      verifyCsrSignature(parseCsr(csrPem));
    });
  }
});

describe("createKeySigner() reads keys that openssl writes", () => {
  for (const args of [
    ["genrsa", "2048"],
    ["genrsa", "-traditional", "2048"],
    ["ecparam", "-genkey", "-name", "secp521r1"],
    ["genpkey", "-algorithm", "ed25519"],
  ]) {
    it(`openssl ${args.join(" ")}`, async () => {
      const signer = createKeySigner(openssl(args));
      assert.ok((await newRoot("root", { signer })).certificate);
    });
  }

  for (const args of [
    ["genrsa", "-aes256", "-passout", "pass:swordfish", "2048"],
    ["genrsa", "-traditional", "-aes256", "-passout", "pass:swordfish", "2048"],
  ]) {
    it(`but refuses openssl ${args.join(" ")}`, () => {
      throwsX509Error(() => createKeySigner(openssl(args)), { code: "ERR_X509_ENCRYPTED_KEY" });
    });
  }
});

describe("openssl x509 reads a certificate as we do", () => {
  it("subject, serial number and dates", async () => {
    const leaf = await newBelow(await newRoot("root, with comma"), { commonName: 'a+"b"\\ü' });
    const { certificate } = leaf;
    const text = openssl(
      [
        "x509",
        "-noout",
        "-subject",
        "-issuer",
        "-serial",
        "-enddate",
        "-nameopt",
        "RFC2253,-esc_msb,utf8",
      ],
      pem(certificate),
    );
    assert.ok(text.includes(`subject=${certificate.subject}\n`), text);
    assert.ok(text.includes(`issuer=${certificate.issuer}\n`), text);
    assert.ok(text.includes(`serial=${certificate.serialHex.toUpperCase()}\n`), text);
    const [, endDate = ""] = /notAfter=(.*)/.exec(text) ?? [];
    assert.equal(Date.parse(endDate), certificate.notAfter.getTime());
  });
});
