import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encodeConstructed, encodeSequence } from "../der/encode-tlv.ts";
import { encodeInteger } from "../der/integer.ts";
import { encodeTime } from "../der/time.ts";
import { type Extension, encodeExtension } from "../extension/extension.ts";
import { buildName } from "../name/build-name.ts";
import { encodePem, PEM_LIMITS } from "../pem.ts";
import { signatureAlgorithmNamed } from "../signature/signature-algorithms.ts";
import { encodeSignedStructure } from "../signature/signed-structure.ts";
import { NOW, newBelow, newRoot, newSigner } from "../testdata/fixtures.ts";
import { throwsX509Error } from "../testdata/throws-x509-error.ts";
import { type Certificate, parseCertificate, parseCertificates } from "./certificate.ts";
import { isSelfSigned, verifySignedBy } from "./verify-signed-by.ts";

interface Parts {
  /** As encoded: 2 is version 3. Left out for version 1. */
  version?: number;
  serialDer?: Uint8Array;
  extensions?: readonly Extension[];
  innerAlgorithm?: string;
  outerAlgorithm?: string;
}

const signer = newSigner();
const NAME = buildName({ commonName: "self" });
const CA_TRUE: Extension = {
  oid: "2.5.29.19",
  critical: true,
  valueDer: Uint8Array.of(0x30, 3, 1, 1, 255),
};
const CA_FALSE: Extension = { oid: "2.5.29.19", critical: true, valueDer: Uint8Array.of(0x30, 0) };
const KEY_USAGE_SIGNATURE: Extension = {
  oid: "2.5.29.15",
  critical: true,
  valueDer: Uint8Array.of(3, 2, 7, 0x80),
};

function algorithm(name: string): Uint8Array {
  return signatureAlgorithmNamed(name)?.algorithmDer ?? new Uint8Array();
}

/** A certificate signed by the key it holds, right or wrong in its parts. */
async function fromParts(parts: Parts): Promise<Uint8Array> {
  const {
    extensions = [],
    innerAlgorithm = "ecdsa-with-SHA256",
    outerAlgorithm = innerAlgorithm,
  } = parts;
  const empty = new Uint8Array();
  const tbsDer = encodeSequence(
    parts.version === undefined
      ? empty
      : encodeConstructed(0, encodeInteger(Uint8Array.of(parts.version))),
    parts.serialDer ?? encodeInteger(Uint8Array.of(1)),
    algorithm(innerAlgorithm),
    NAME,
    encodeSequence(encodeTime(NOW), encodeTime(NOW)),
    NAME,
    signer.publicKeyDer,
    extensions.length > 0
      ? encodeConstructed(3, encodeSequence(...extensions.map(encodeExtension)))
      : empty,
  );
  return encodeSignedStructure(tbsDer, {
    algorithmDer: algorithm(outerAlgorithm),
    signature: await signer.sign(tbsDer),
  });
}

async function parsed(parts: Parts): Promise<Certificate> {
  return parseCertificate(await fromParts(parts));
}

describe("parseCertificate()", () => {
  it("reads the first of several blocks", async () => {
    const [a, b] = [await newRoot("a"), await newRoot("b")];
    const pem = [a, b].map(({ certificate }) => encodePem("CERTIFICATE", certificate.der)).join("");
    assert.equal(parseCertificate(pem).subject, "CN=a");
    assert.deepEqual(
      parseCertificates(pem).map(({ subject }) => subject),
      ["CN=a", "CN=b"],
    );
  });

  it("reads version 1", async () => {
    const { version, extensions } = await parsed({});
    assert.deepEqual({ version, extensions }, { version: 1, extensions: [] });
  });

  for (const [name, parts, message] of [
    ["version 4", { version: 3 }, /version is 4, must be 1 to 3/],
    ["extensions in version 1", { extensions: [CA_TRUE] }, /extensions is followed by/],
    [
      "the same extension twice",
      { version: 2, extensions: [CA_TRUE, CA_FALSE] },
      /2\.5\.29\.19 is there twice/,
    ],
    [
      "a negative serial number",
      { serialDer: Uint8Array.of(2, 1, 0x80) },
      /serial number is negative/,
    ],
    [
      "two signature algorithms",
      { innerAlgorithm: "ecdsa-with-SHA256", outerAlgorithm: "ecdsa-with-SHA384" },
      /inner signature algorithm differs/,
    ],
  ] as const) {
    it(`refuses ${name}`, async () => {
      const der = await fromParts(parts);
      throwsX509Error(() => parseCertificate(der), { code: "ERR_X509_DER", message });
    });
  }

  it("refuses bytes after the end", async () => {
    const der = await fromParts({});
    throwsX509Error(() => parseCertificate(Uint8Array.of(...der, 0)), { code: "ERR_X509_DER" });
  });
});

describe("parseCertificates()", () => {
  it("refuses text without a certificate, and any other block in it", async () => {
    throwsX509Error(() => parseCertificates(""), {
      code: "ERR_X509_PEM",
      message:
        "Cannot parse certificates: input has no PEM block, must have one labelled CERTIFICATE",
    });
    const pem = encodePem("CERTIFICATE", await fromParts({}));
    throwsX509Error(() => parseCertificates(`${pem}${encodePem("PRIVATE KEY", NAME)}`), {
      code: "ERR_X509_PEM",
      message: 'Cannot parse certificate: PEM block is "PRIVATE KEY", must be CERTIFICATE',
    });
  });

  it("refuses more than the limit asked for", async () => {
    const pem = encodePem("CERTIFICATE", await fromParts({})).repeat(300);
    throwsX509Error(() => parseCertificates(pem, { maxBytes: PEM_LIMITS.chain }), {
      code: "ERR_X509_TOO_LARGE",
    });
  });
});

describe("verifySignedBy() asks of the issuer what Go's CheckSignatureFrom asks", () => {
  for (const [name, parts, expected] of [
    ["version 3 with cA", { version: 2, extensions: [CA_TRUE] }, true],
    ["version 3 without basic constraints", { version: 2 }, false],
    ["version 3 with cA false", { version: 2, extensions: [CA_FALSE] }, false],
    [
      "cA, but key usage without certificate signing",
      { version: 2, extensions: [CA_TRUE, KEY_USAGE_SIGNATURE] },
      false,
    ],
    ["version 1", {}, true],
  ] as const) {
    it(`${name}: ${expected}`, async () =>
      assert.equal(isSelfSigned(await parsed(parts)), expected));
  }

  it("a SHA-1 signature never counts", async () => {
    assert.equal(isSelfSigned(await parsed({ innerAlgorithm: "ecdsa-with-SHA1" })), false);
  });

  it("another CA of the same name did not sign it", async () => {
    const [a, b] = [await newRoot("root"), await newRoot("root")];
    const { certificate } = await newBelow(a, { commonName: "leaf" });
    assert.ok(verifySignedBy(certificate, a.certificate));
    assert.ok(!verifySignedBy(certificate, b.certificate));
  });
});
