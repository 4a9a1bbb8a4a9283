/** Decides whether a signature holds, by the rules of Go's crypto/x509 checkSignature. */

import { type KeyObject, verify } from "node:crypto";
import { type PublicKey, parsePublicKey } from "../key/public-key.ts";
import { X509Error } from "../x509-error.ts";
import { type SignatureAlgorithm, signatureAlgorithmOf } from "./signature-algorithms.ts";
import type { SignedStructure } from "./signed-structure.ts";

/** Go's crypto/rsa verifies with no smaller key. */
const MIN_RSA_BITS = 1024;

/**
 * Returns why a signature does not hold, or undefined when it does. The error's message begins with
 * `action`; its code is `ERR_X509_SIGNATURE`, `ERR_X509_UNSUPPORTED` or `ERR_X509_WEAK_KEY`. `key` is the
 * public key where it has been imported before.
 */
export function signatureFault(
  signed: SignedStructure,
  publicKeyDer: Uint8Array,
  options: { action: string; allowLegacy?: boolean; key?: KeyObject | undefined },
): X509Error | undefined {
  const { action } = options;
  const algorithm = signatureAlgorithmOf(signed.signatureAlgorithmDer);
  if (!algorithm || (algorithm.isLegacy && !options.allowLegacy)) {
    const detail = `signature algorithm is ${signed.signatureAlgorithm}, must be SHA-2 with RSA or ECDSA, Ed25519 or ML-DSA`;
    return new X509Error("ERR_X509_UNSUPPORTED", `${action}: ${detail}`);
  }
  const publicKey = parsePublicKey(publicKeyDer);
  if (publicKey.type?.family !== algorithm.family) {
    const detail = `public key is ${publicKey.description}, must be ${algorithm.family} for signature algorithm ${algorithm.name}`;
    return new X509Error("ERR_X509_UNSUPPORTED", `${action}: ${detail}`);
  }
  if (publicKey.bits !== undefined && publicKey.bits < MIN_RSA_BITS) {
    const detail = `public key is ${publicKey.description}, must be at least ${MIN_RSA_BITS} bits`;
    return new X509Error("ERR_X509_WEAK_KEY", `${action}: ${detail}`);
  }
  const holds = verifies(signed, { algorithm, publicKey, key: options.key });
  if (holds) return undefined;
  const detail =
    holds === undefined
      ? `this Node cannot use its ${publicKey.description} key, must be a valid key of a type it knows`
      : `signature does not verify with the ${publicKey.description} key, must be made with it`;
  const code = holds === undefined ? "ERR_X509_UNSUPPORTED" : "ERR_X509_SIGNATURE";
  return new X509Error(code, `${action}: ${detail}`);
}

/**
 * Undefined where OpenSSL takes no such key: a point off its curve, a type that an older version does
 * not have, a modulus too short for the hash.
 */
function verifies(
  signed: SignedStructure,
  {
    algorithm,
    publicKey,
    key,
  }: { algorithm: SignatureAlgorithm; publicKey: PublicKey; key: KeyObject | undefined },
): boolean | undefined {
  const input = key
    ? { key }
    : { key: Buffer.from(publicKey.spkiDer), format: "der" as const, type: "spki" as const };
  try {
    const options = { ...input, dsaEncoding: "der" as const, ...algorithm.pss };
    return verify(algorithm.digest, signed.tbsDer, options, signed.signature);
  } catch {
    return undefined;
  }
}
