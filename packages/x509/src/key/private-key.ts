/** Loads an unencrypted private key from PEM. */

import { createECDH, createPrivateKey, type KeyObject } from "node:crypto";
import { decodePem, PEM_LIMITS, quoteLabel } from "../pem.ts";
import { X509Error } from "../x509-error.ts";

/** Encodings by PEM label. */
const ENCODINGS: ReadonlyMap<string, "pkcs8" | "pkcs1" | "sec1"> = new Map([
  ["PRIVATE KEY", "pkcs8"],
  ["RSA PRIVATE KEY", "pkcs1"],
  ["EC PRIVATE KEY", "sec1"],
]);

/**
 * Reads a PKCS#8, PKCS#1 or SEC 1 private key. An `EC PARAMETERS` block before it, which
 * `openssl ecparam -genkey` writes, is skipped. Throws `ERR_X509_ENCRYPTED_KEY` for an encrypted key
 * and `ERR_X509_PRIVATE_KEY` for anything else that is not a key; neither says what was in it.
 */
export function loadPrivateKey(keyPem: string): KeyObject {
  const blocks = decodePem(keyPem, { maxBytes: PEM_LIMITS.privateKey });
  const block = blocks.find(({ label }) => label !== "EC PARAMETERS");
  if (!block) {
    throw new X509Error(
      "ERR_X509_PEM",
      "Cannot load private key: input has no PEM block, must have one labelled PRIVATE KEY",
    );
  }
  if (block.label === "ENCRYPTED PRIVATE KEY") {
    throw new X509Error(
      "ERR_X509_ENCRYPTED_KEY",
      "Cannot load private key: it is encrypted, must be unencrypted",
    );
  }
  const type = ENCODINGS.get(block.label);
  if (!type) {
    throw new X509Error(
      "ERR_X509_PRIVATE_KEY",
      `Cannot load private key: PEM block is ${quoteLabel(block.label)}, must be ${[...ENCODINGS.keys()].join(" or ")}`,
    );
  }
  return openKey(block.der, type);
}

/** OpenSSL's own error is not passed on: it is about its decoders, not about the input. */
function openKey(der: Uint8Array, type: "pkcs8" | "pkcs1" | "sec1"): KeyObject {
  try {
    const key = createPrivateKey({ key: Buffer.from(der), format: "der", type });
    checkPublicPart(key);
    return key;
  } catch {
    throw new X509Error(
      "ERR_X509_PRIVATE_KEY",
      `Cannot load private key: its content is not a ${type.toUpperCase()} key that this Node can read, must be one`,
    );
  }
}

/** Those that a CA signs with, as OpenSSL calls them. */
const CURVES: readonly string[] = ["prime256v1", "secp384r1", "secp521r1"];

/**
 * An EC key may carry its public key, which OpenSSL believes and Go computes: with another than its
 * own, nothing that it signs would verify.
 */
function checkPublicPart(key: KeyObject): void {
  const { namedCurve = "" } = key.asymmetricKeyDetails ?? {};
  if (!CURVES.includes(namedCurve)) return;
  const { d = "", x = "", y = "" } = key.export({ format: "jwk" });
  const own = createECDH(namedCurve);
  own.setPrivateKey(d, "base64url");
  const coordinates = [x, y].map((text) => Buffer.from(text, "base64url"));
  if (Buffer.concat([Buffer.of(4), ...coordinates]).compare(own.getPublicKey()) !== 0) {
    throw new Error("the public key is another's");
  }
}
