/** What signs: a key in memory, or a KMS or HSM that never shows its key. */

import { SIGNING } from "../key/key-types.ts";
import type { PublicKey } from "../key/public-key.ts";
import { X509Error } from "../x509-error.ts";
import { type SignatureAlgorithm, signatureAlgorithmNamed } from "./signature-algorithms.ts";

/**
 * A CA's private key, wherever it is. Results are checked: an issued certificate whose signature
 * does not verify with `publicKeyDer` is never returned.
 */
export interface Signer {
  /** A name of the algorithm table, such as `ecdsa-with-SHA256`. */
  readonly algorithm: string;
  /** SubjectPublicKeyInfo. */
  readonly publicKeyDer: Uint8Array;
  /**
   * Signs the bytes, hashing them where the algorithm hashes. ECDSA signatures are DER
   * (RFC 3279 §2.2.3), not r and s joined. A rejection is passed on as it is.
   */
  sign(tbsDer: Uint8Array): Promise<Uint8Array>;
}

/**
 * Finds the algorithm cert-manager's CA issuer signs with for a key. Throws `ERR_X509_WEAK_KEY`
 * for RSA below 2048 bits and `ERR_X509_UNSUPPORTED` for a key that does not sign certificates.
 */
export function signingAlgorithm(key: PublicKey): SignatureAlgorithm {
  const rows = SIGNING.filter((row) => row.keyType === key.type?.name);
  const row = rows.find(({ minBits = 0 }) => (key.bits ?? 0) >= minBits);
  const algorithm = row && signatureAlgorithmNamed(row.algorithm);
  if (algorithm) return algorithm;
  const weakest = rows.at(-1)?.minBits;
  throw weakest === undefined
    ? new X509Error(
        "ERR_X509_UNSUPPORTED",
        `Cannot sign with key: it is ${key.description}, must be RSA, ECDSA P-256, P-384 or P-521, Ed25519 or ML-DSA`,
      )
    : new X509Error(
        "ERR_X509_WEAK_KEY",
        `Cannot sign with key: it is ${key.description}, must be at least ${key.type?.name} ${weakest}`,
      );
}

/**
 * Finds the row of the algorithm that a key signs with: the one named, which must fit the key, or
 * cert-manager's. Throws what `signingAlgorithm` throws for the key, and `ERR_X509_UNSUPPORTED`.
 */
export function chooseAlgorithm(key: PublicKey, name: string | undefined): SignatureAlgorithm {
  const usual = signingAlgorithm(key);
  if (name === undefined) return usual;
  const algorithm = signatureAlgorithmNamed(name);
  if (!algorithm || algorithm.isLegacy || algorithm.family !== key.type?.family) {
    throw new X509Error(
      "ERR_X509_UNSUPPORTED",
      `Cannot sign with key: its algorithm is ${JSON.stringify(name)}, must be one for ${key.description}, such as ${usual.name}`,
    );
  }
  return algorithm;
}
