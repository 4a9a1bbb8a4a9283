/** A Signer over a private key in memory. */

import { createPublicKey, type KeyObject, type SignKeyObjectInput, sign } from "node:crypto";
import { promisify } from "node:util";
import { loadPrivateKey } from "../key/private-key.ts";
import { parsePublicKey } from "../key/public-key.ts";
import type { SignatureAlgorithm } from "./signature-algorithms.ts";
import { chooseAlgorithm, type Signer } from "./signer.ts";

/** Settings of {@link createKeySigner}. */
export interface KeySignerOptions {
  /**
   * A name of the algorithm table that fits the key, such as `RSASSA-PSS with SHA-256` or
   * `ecdsa-with-SHA256` for a P-384 key. @default what cert-manager signs with
   */
  algorithm?: string;
}

/**
 * Creates a signer from a PKCS#8, PKCS#1 or SEC 1 private key in PEM.
 *
 * RSA, P-384, P-521 and ML-DSA keys sign on the thread pool; P-256 and Ed25519 sign at once, as a
 * signature takes less than handing it over. Throws `ERR_X509_ENCRYPTED_KEY`,
 * `ERR_X509_PRIVATE_KEY`, `ERR_X509_WEAK_KEY` or `ERR_X509_UNSUPPORTED`; no message holds anything of the key.
 */
export function createKeySigner(keyPem: string, options: KeySignerOptions = {}): Signer {
  const key = loadPrivateKey(keyPem);
  const spkiDer = createPublicKey(key).export({ format: "der", type: "spki" });
  const publicKey = parsePublicKey(new Uint8Array(spkiDer));
  const algorithm = chooseAlgorithm(publicKey, options.algorithm);
  const signWith = publicKey.type?.signsInline ? signInline : signOnThreadPool;
  return {
    algorithm: algorithm.name,
    publicKeyDer: publicKey.spkiDer,
    sign: (tbsDer) => signWith(tbsDer, { key, algorithm }),
  };
}

interface SigningKey {
  key: KeyObject;
  algorithm: SignatureAlgorithm;
}

async function signInline(tbsDer: Uint8Array, { key, algorithm }: SigningKey): Promise<Uint8Array> {
  return new Uint8Array(sign(algorithm.digest, tbsDer, signOptions({ key, algorithm })));
}

const signLater = promisify(sign);

async function signOnThreadPool(
  tbsDer: Uint8Array,
  { key, algorithm }: SigningKey,
): Promise<Uint8Array> {
  return new Uint8Array(await signLater(algorithm.digest, tbsDer, signOptions({ key, algorithm })));
}

function signOptions({ key, algorithm }: SigningKey): SignKeyObjectInput {
  return { key, dsaEncoding: "der", ...algorithm.pss };
}
