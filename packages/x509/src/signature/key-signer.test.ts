import assert from "node:assert/strict";
import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  verify,
} from "node:crypto";
import { describe, it } from "node:test";
import { isSelfSigned } from "../certificate/verify-signed-by.ts";
import { isKeyTypeSupported } from "../key/supported-key-types.ts";
import { encodePem } from "../pem.ts";
import { type KeyKind, newKeyPem, newRoot } from "../testdata/fixtures.ts";
import { throwsX509Error } from "../testdata/throws-x509-error.ts";
import { createKeySigner } from "./key-signer.ts";

interface PssOptions {
  padding: number;
  saltLength: number;
}

function pss(saltLength: number): PssOptions {
  return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
}

const MESSAGE = Buffer.from("to be signed");

describe("createKeySigner() signs with cert-manager's algorithm for the key", () => {
  const rows: [KeyKind, string, string | undefined][] = [
    ["RSA 2048", "sha256WithRSAEncryption", "sha256"],
    ["RSA 3072", "sha384WithRSAEncryption", "sha384"],
    ["RSA 4096", "sha512WithRSAEncryption", "sha512"],
    ["ECDSA P-256", "ecdsa-with-SHA256", "sha256"],
    ["ECDSA P-384", "ecdsa-with-SHA384", "sha384"],
    ["ECDSA P-521", "ecdsa-with-SHA512", "sha512"],
    ["Ed25519", "Ed25519", undefined],
    ["ML-DSA-44", "ML-DSA-44", undefined],
    ["ML-DSA-65", "ML-DSA-65", undefined],
    ["ML-DSA-87", "ML-DSA-87", undefined],
  ];
  for (const [kind, algorithm, digest] of rows) {
    it(`${kind}: ${algorithm}`, async () => {
      const keyPem = newKeyPem(kind);
      const signer = createKeySigner(keyPem);
      assert.equal(signer.algorithm, algorithm);
      assert.ok(verify(digest, MESSAGE, createPublicKey(keyPem), await signer.sign(MESSAGE)));
    });
  }
});

describe("createKeySigner() signs with another algorithm of the key where one is named", () => {
  const rows: [KeyKind, string, string, PssOptions?][] = [
    ["RSA 4096", "sha256WithRSAEncryption", "sha256"],
    ["RSA 2048", "RSASSA-PSS with SHA-256", "sha256", pss(32)],
    ["RSA 2048", "RSASSA-PSS with SHA-512", "sha512", pss(64)],
    ["ECDSA P-384", "ecdsa-with-SHA256", "sha256"],
  ];
  for (const [kind, algorithm, digest, options] of rows) {
    it(`${kind}: ${algorithm}`, async () => {
      const keyPem = newKeyPem(kind);
      const signer = createKeySigner(keyPem, { algorithm });
      const key = { key: createPublicKey(keyPem), ...options };
      assert.ok(verify(digest, MESSAGE, key, await signer.sign(MESSAGE)));
      const { certificate } = await newRoot("root", { signer });
      assert.ok(isSelfSigned(certificate));
      assert.equal(certificate.signatureAlgorithm, algorithm);
    });
  }

  for (const algorithm of ["sha1WithRSAEncryption", "ecdsa-with-SHA256", "md5", ""]) {
    it(`and refuses ${JSON.stringify(algorithm)} for RSA`, () => {
      throwsX509Error(() => createKeySigner(newKeyPem("RSA 2048"), { algorithm }), {
        code: "ERR_X509_UNSUPPORTED",
        message: `Cannot sign with key: its algorithm is ${JSON.stringify(algorithm)}, must be one for RSA 2048, such as sha256WithRSAEncryption`,
      });
    });
  }
});

describe("isKeyTypeSupported()", () => {
  it("tells what this Node can do", () => {
    const known = ["RSA", "ECDSA P-256", "Ed25519", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87"];
    assert.deepEqual(known.filter(isKeyTypeSupported), known);
    assert.ok(!isKeyTypeSupported("SLH-DSA"));
  });
});

describe("createKeySigner() reads", () => {
  const rsa = createPrivateKey(newKeyPem("RSA 2048"));
  const ec = createPrivateKey(newKeyPem());
  for (const [name, keyPem] of [
    ["PKCS#8", ec.export({ type: "pkcs8", format: "pem" })],
    ["SEC 1", ec.export({ type: "sec1", format: "pem" })],
    ["PKCS#1", rsa.export({ type: "pkcs1", format: "pem" })],
    [
      "SEC 1 after EC PARAMETERS",
      `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${ec.export({ type: "sec1", format: "pem" })}`,
    ],
  ] as const) {
    it(name, async () => {
      assert.ok((await createKeySigner(keyPem.toString()).sign(MESSAGE)).length > 0);
    });
  }
});

describe("createKeySigner() refuses", () => {
  const encrypted = { cipher: "aes-256-cbc", passphrase: "swordfish" };

  it("an EC key that carries the public key of another", () => {
    const own = createPrivateKey(newKeyPem()).export({ type: "sec1", format: "der" });
    const other = createPrivateKey(newKeyPem()).export({ type: "sec1", format: "der" });
    // The public key comes last.
    const mixed = Buffer.concat([own.subarray(0, -65), other.subarray(-65)]);
    throwsX509Error(() => createKeySigner(encodePem("EC PRIVATE KEY", mixed)), {
      code: "ERR_X509_PRIVATE_KEY",
    });
  });

  it("RSA below 2048 bits", () => {
    throwsX509Error(() => createKeySigner(newKeyPem("RSA 1024")), {
      code: "ERR_X509_WEAK_KEY",
      message: "Cannot sign with key: it is RSA 1024, must be at least RSA 2048",
    });
  });

  for (const kind of ["ECDSA P-224", "X25519"] as const) {
    it(`${kind}, which no CA signs with`, () => {
      throwsX509Error(() => createKeySigner(newKeyPem(kind)), { code: "ERR_X509_UNSUPPORTED" });
    });
  }

  it("an encrypted PKCS#8 key", () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const keyPem = privateKey.export({ type: "pkcs8", format: "pem", ...encrypted }).toString();
    throwsX509Error(() => createKeySigner(keyPem), {
      code: "ERR_X509_ENCRYPTED_KEY",
      message: "Cannot load private key: it is encrypted, must be unencrypted",
    });
  });

  it("an encrypted PKCS#1 key", () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const keyPem = privateKey.export({ type: "pkcs1", format: "pem", ...encrypted }).toString();
    throwsX509Error(() => createKeySigner(keyPem), { code: "ERR_X509_ENCRYPTED_KEY" });
  });

  it("a certificate, or nothing, in place of a key", () => {
    throwsX509Error(() => createKeySigner(""), { code: "ERR_X509_PEM" });
    throwsX509Error(
      () => createKeySigner("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
      {
        code: "ERR_X509_PRIVATE_KEY",
        message:
          'Cannot load private key: PEM block is "CERTIFICATE", must be PRIVATE KEY or RSA PRIVATE KEY or EC PRIVATE KEY',
      },
    );
  });

  it("a damaged key, without a word of it in the message", () => {
    const body = newKeyPem().split("\n")[1] ?? "";
    const keyPem = `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`;
    throwsX509Error(() => createKeySigner(keyPem), {
      code: "ERR_X509_PRIVATE_KEY",
      message:
        "Cannot load private key: its content is not a PKCS8 key that this Node can read, must be one",
    });
  });
});
