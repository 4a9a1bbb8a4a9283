import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { describe, it } from "node:test";
import { encodeBitString } from "../der/bit-string.ts";
import { encodeSequence } from "../der/encode-tlv.ts";
import { encodeInteger } from "../der/integer.ts";
import { NULL_DER } from "../der/null.ts";
import { encodeOid } from "../der/object-identifier.ts";
import { type KeyKind, newKeyPem } from "../testdata/fixtures.ts";
import { throwsX509Error } from "../testdata/throws-x509-error.ts";
import { describePublicKey, publicKeysEqual } from "./public-key.ts";

function spki(keyPem: string): Uint8Array {
  return createPublicKey(keyPem).export({ format: "der", type: "spki" });
}

function rsaSpki(modulus: Uint8Array, exponent: Uint8Array): Uint8Array {
  const key = encodeSequence(encodeInteger(modulus), encodeInteger(exponent));
  return encodeSequence(
    encodeSequence(encodeOid("1.2.840.113549.1.1.1"), NULL_DER),
    encodeBitString(key),
  );
}

describe("describePublicKey()", () => {
  const kinds: KeyKind[] = [
    "RSA 2048",
    "ECDSA P-224",
    "ECDSA P-256",
    "ECDSA P-384",
    "ECDSA P-521",
    "Ed25519",
    "ML-DSA-65",
  ];
  for (const kind of kinds) {
    it(`says ${kind}`, () => assert.equal(describePublicKey(spki(newKeyPem(kind))), kind));
  }

  it("says the OID of an algorithm it does not know", () => {
    assert.equal(describePublicKey(spki(newKeyPem("X25519"))), "unknown (1.3.101.110)");
  });

  it("counts the bits of a modulus that does not fill its bytes", () => {
    assert.equal(describePublicKey(rsaSpki(Uint8Array.of(1, 0), Uint8Array.of(3))), "RSA 9");
  });
});

describe("a public key is refused", () => {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const der = new Uint8Array(publicKey.export({ format: "der", type: "spki" }));

  it("when its point is compressed", () => {
    const compressed = encodeSequence(
      der.subarray(2, 23),
      encodeBitString(Uint8Array.of(2, ...der.slice(-64, -32))),
    );
    throwsX509Error(() => describePublicKey(compressed), {
      code: "ERR_X509_DER",
      message: /ECDSA P-256 key is 33 bytes, must be 65 \(an uncompressed point\)/,
    });
  });

  it("when bytes follow it", () => {
    throwsX509Error(() => describePublicKey(Uint8Array.of(...der, 0)), { code: "ERR_X509_DER" });
  });

  for (const [name, modulus, exponent] of [
    ["its RSA modulus is huge", new Uint8Array(2049).fill(0xff), Uint8Array.of(1, 0, 1)],
    ["its RSA modulus is zero", Uint8Array.of(0), Uint8Array.of(1, 0, 1)],
    ["its RSA exponent is even", new Uint8Array(256).fill(0xff), Uint8Array.of(4)],
    ["its RSA exponent is 1", new Uint8Array(256).fill(0xff), Uint8Array.of(1)],
    [
      "its RSA exponent is over 2³¹−1",
      new Uint8Array(256).fill(0xff),
      new Uint8Array(2000).fill(0xff),
    ],
  ] as const) {
    it(`when ${name}`, () => {
      throwsX509Error(() => describePublicKey(rsaSpki(modulus, exponent)), {
        code: "ERR_X509_DER",
      });
    });
  }
});

describe("publicKeysEqual()", () => {
  it("compares keys", () => {
    const [a, b] = [newKeyPem(), newKeyPem()];
    assert.equal(publicKeysEqual(spki(a), spki(a)), true);
    assert.equal(publicKeysEqual(spki(a), spki(b)), false);
  });
});
