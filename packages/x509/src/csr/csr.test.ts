import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encodeSequence, encodeSetOf } from "../der/encode-tlv.ts";
import { encodeInteger } from "../der/integer.ts";
import { encodeOid } from "../der/object-identifier.ts";
import { encodeExtension } from "../extension/extension.ts";
import type { GeneralName } from "../extension/general-name.ts";
import { encodePem, PEM_LIMITS } from "../pem.ts";
import { altNames, csrFromParts, extensionRequest, generalName } from "../testdata/csr-parts.ts";
import vectors from "../testdata/csr-vectors.json" with { type: "json" };
import { type KeyKind, newSigner } from "../testdata/fixtures.ts";
import { throwsX509Error } from "../testdata/throws-x509-error.ts";
import { createCsr } from "./create-csr.ts";
import { type Csr, parseCsr } from "./csr.ts";
import { verifyCsrSignature } from "./verify-csr-signature.ts";

function vector(name: string): Csr {
  const found = vectors.cases.find((candidate) => candidate.name === name);
  assert.ok(found, name);
  return parseCsr(found.csr);
}

function withoutBytes(names: readonly GeneralName[]): Omit<GeneralName, "der">[] {
  return names.map(({ kind, value }) => ({ kind, value }));
}

describe("parseCsr()", () => {
  it("reads names, key and usages", async () => {
    const csrPem = await createCsr({
      subject: { commonName: "web", organization: "Countersign" },
      signer: newSigner(),
      dnsNames: ["a.example.com"],
      ipAddresses: ["10.0.0.1"],
      emails: ["a@example.com"],
      uris: ["spiffe://a/b"],
      isCA: false,
      usages: ["digital signature", "client auth", "server auth"],
    });
    const csr = parseCsr(csrPem);
    assert.equal(csr.subject, "CN=web,O=Countersign");
    assert.equal(csr.publicKey, "ECDSA P-256");
    assert.equal(csr.signatureAlgorithm, "ecdsa-with-SHA256");
    assert.deepEqual(csr.keyUsage, ["digital signature"]);
    assert.deepEqual(csr.extendedKeyUsage, ["client auth", "server auth"]);
    assert.deepEqual(csr.basicConstraints, { isCA: false });
    assert.deepEqual(withoutBytes(csr.subjectAltNames), [
      { kind: "dns", value: "a.example.com" },
      { kind: "email", value: "a@example.com" },
      { kind: "ip", value: "10.0.0.1" },
      { kind: "uri", value: "spiffe://a/b" },
    ]);
  });

  it("reads every kind of name that openssl writes", () => {
    assert.deepEqual(withoutBytes(vector("san-all-kinds").subjectAltNames), [
      { kind: "dns", value: "a.example.com" },
      { kind: "dns", value: "xn--nxasmq6b.example" },
      { kind: "email", value: "a@example.com" },
      { kind: "uri", value: "spiffe://cluster.local/ns/a/sa/b" },
      { kind: "uri", value: "https://example.com:8443/x?y=1" },
      { kind: "ip", value: "10.1.2.3" },
      { kind: "ip", value: "2001:db8::1" },
      { kind: "ip", value: "::ffff:a00:1" },
      { kind: "otherName", value: "1.3.6.1.4.1.311.20.2.3:user@example.com" },
      { kind: "otherName", value: "1.2.3.4:#02012a" },
      { kind: "directoryName", value: "CN=dir,O=Ex\\, Inc.,C=DE" },
      { kind: "registeredId", value: "1.2.3.4.5" },
    ]);
  });

  it("reads CA flag and path length", () => {
    assert.deepEqual(vector("ca").basicConstraints, { isCA: true, pathLength: 3 });
  });

  it("shows a purpose without a word of cert-manager's as its OID", () => {
    assert.deepEqual(vector("eku-unknown-extra").extendedKeyUsage, [
      "1.3.6.1.4.1.99999.1",
      "server auth",
      "1.2.3.4",
    ]);
  });

  it("finds the requested extensions behind a challengePassword", () => {
    assert.equal(vector("challenge-password").subjectAltNames.length, 1);
  });

  it("joins the extensions of two requests", () => {
    const csr = vector("two-requests");
    assert.deepEqual([csr.subjectAltNames.length, csr.keyUsage?.length], [1, 2]);
  });

  it("reads the strings of a subject whatever their type", () => {
    assert.equal(vector("strings-bmp").subject, "CN=bmp,O=Zürich Ж");
    assert.equal(vector("subject-t61-latin1").subject, "CN=Zü");
    assert.equal(vector("empty-subject").subject, "");
  });

  it("takes DER as well, and keeps a copy", async () => {
    const der = await csrFromParts({ extensions: [altNames(generalName(2, "a"))] });
    const csr = parseCsr(der);
    der.fill(0);
    verifyCsrSignature(csr);
  });

  it("refuses DER over the limit", () => {
    throwsX509Error(() => parseCsr(new Uint8Array(PEM_LIMITS.csr + 1)), {
      code: "ERR_X509_TOO_LARGE",
      message: "Cannot parse CSR: input is 36501 bytes, must be at most 36500",
    });
  });

  it("refuses text without PEM, and PEM of something else", () => {
    throwsX509Error(() => parseCsr("hello"), {
      code: "ERR_X509_PEM",
      message:
        "Cannot parse CSR: input has no PEM block, must have one labelled CERTIFICATE REQUEST",
    });
    throwsX509Error(() => parseCsr(encodePem("CERTIFICATE", Uint8Array.of(0x30, 0))), {
      code: "ERR_X509_PEM",
    });
  });
});

describe("parseCsr() refuses", () => {
  const name = altNames(generalName(2, "a"));

  it("a version other than 0", async () => {
    const der = await csrFromParts({ version: encodeInteger(Uint8Array.of(2)) });
    throwsX509Error(() => parseCsr(der), {
      code: "ERR_X509_DER",
      message: "Cannot parse CSR: version is 2, must be 0",
    });
  });

  it("the same extension twice", async () => {
    const der = await csrFromParts({ extensions: [name, name] });
    throwsX509Error(() => parseCsr(der), {
      code: "ERR_X509_DER",
      message: "Cannot parse CSR: extension 2.5.29.17 is there twice, must be there once",
    });
  });

  it("the same extension in two requests", async () => {
    const request = extensionRequest(encodeSequence(encodeExtension(name)));
    const der = await csrFromParts({ attributes: [request, request] });
    throwsX509Error(() => parseCsr(der), { code: "ERR_X509_DER", message: /there twice/ });
  });

  it("two values in one request", async () => {
    const value = encodeSequence(encodeExtension(name));
    const der = await csrFromParts({ attributes: [extensionRequest(value, encodeSequence())] });
    throwsX509Error(() => parseCsr(der), { code: "ERR_X509_DER" });
  });

  it("an attribute that is not one", async () => {
    const der = await csrFromParts({
      attributes: [encodeSequence(encodeOid("1.2.3"), encodeSetOf(), encodeSetOf())],
    });
    throwsX509Error(() => parseCsr(der), { code: "ERR_X509_DER" });
  });

  it("bytes after the end", async () => {
    const der = await csrFromParts({});
    throwsX509Error(() => parseCsr(Uint8Array.of(...der, 0)), {
      code: "ERR_X509_DER",
      message: "Cannot parse CSR: CSR is followed by 1 more bytes, must be followed by none",
      offset: der.length,
    });
  });
});

describe("createCsr()", () => {
  it("asks for no key usage when only purposes are wanted", async () => {
    const csr = parseCsr(await createCsr({ subject: {}, signer: newSigner(), usages: ["any"] }));
    assert.equal(csr.keyUsage, undefined);
    assert.deepEqual(csr.extendedKeyUsage, ["any"]);
  });

  it("asks for nothing when nothing is wanted", async () => {
    const csr = parseCsr(await createCsr({ subject: {}, signer: newSigner() }));
    assert.deepEqual([csr.subject, csr.extensions], ["", []]);
  });
});

describe("verifyCsrSignature()", () => {
  const kinds: KeyKind[] = [
    "RSA 2048",
    "ECDSA P-256",
    "ECDSA P-384",
    "ECDSA P-521",
    "Ed25519",
    "ML-DSA-65",
  ];
  for (const kind of kinds) {
    it(`verifies ${kind}, and refuses another's signature`, async () => {
      const der = await csrFromParts({ signer: newSigner(kind) });
      verifyCsrSignature(parseCsr(der));
      const stolen = await csrFromParts({
        signer: newSigner(kind),
        publicKeyDer: parseCsr(der).publicKeyDer,
      });
      throwsX509Error(() => verifyCsrSignature(parseCsr(stolen)), {
        code: "ERR_X509_SIGNATURE",
        message: `Cannot verify CSR: signature does not verify with the ${kind} key, must be made with it`,
      });
    });
  }

  for (const [what, change] of [
    ["signature", (csr: Csr) => void csr.signature.fill(1)],
    ["signed bytes", (csr: Csr) => void csr.tbsDer.fill(1, -1)],
    [
      "key",
      (csr: Csr) => {
        csr.publicKeyDer = vector("ecdsa-p224").publicKeyDer;
      },
    ],
  ] as const) {
    it(`does not take a CSR as verified whose ${what} was changed since`, async () => {
      const csr = parseCsr(await csrFromParts({ signer: newSigner() }));
      verifyCsrSignature(csr);
      verifyCsrSignature(csr);
      change(csr);
      assert.throws(() => verifyCsrSignature(csr));
    });
  }

  for (const name of ["rsa-sha1", "ecdsa-sha1", "rsa-pss", "ecdsa-p256-sha512", "ecdsa-p224"]) {
    it(`verifies ${name}`, () => verifyCsrSignature(vector(name)));
  }

  for (const [name, code] of [
    ["rsa-md5", "ERR_X509_UNSUPPORTED"],
    ["rsa-sha224", "ERR_X509_UNSUPPORTED"],
    ["rsa-pss-other-salt", "ERR_X509_UNSUPPORTED"],
    ["ecdsa-secp256k1", "ERR_X509_UNSUPPORTED"],
    ["point-off-curve", "ERR_X509_UNSUPPORTED"],
    ["rsa-512", "ERR_X509_WEAK_KEY"],
    ["wrong-signature", "ERR_X509_SIGNATURE"],
  ] as const) {
    it(`refuses ${name}`, () => throwsX509Error(() => verifyCsrSignature(vector(name)), { code }));
  }
});
