/** Tells whether a private key and a certificate belong together. */

import { publicKeysEqual } from "../key/public-key.ts";
import { createKeySigner } from "../signature/key-signer.ts";
import type { Signer } from "../signature/signer.ts";
import type { Certificate } from "./certificate.ts";

/** Takes a signer or its private key in PEM; for PEM, throws what `createKeySigner` throws. */
export function keyMatchesCertificate(key: Signer | string, certificate: Certificate): boolean {
  const signer = typeof key === "string" ? createKeySigner(key) : key;
  return publicKeysEqual(signer.publicKeyDer, certificate.publicKeyDer);
}
