/** Proves that whoever made a CSR holds its private key. */

import { signatureFault } from "../signature/signature-fault.ts";
import type { Csr } from "./csr.ts";

/** The bytes of each CSR whose signature was found to hold. */
const verified = new WeakMap<Csr, Uint8Array>();

/**
 * Verifies that a CSR is signed by its own key. SHA-1 is taken and MD5 is not, as by Go. What was
 * verified once is not again: it costs more than all else that is done with a CSR. Throws
 * `ERR_X509_SIGNATURE`, `ERR_X509_UNSUPPORTED` or `ERR_X509_WEAK_KEY` (RSA below 1024 bits).
 */
export function verifyCsrSignature(csr: Csr): void {
  const bytes = bytesOf(csr);
  const before = verified.get(csr);
  // Whatever somebody does to the object, only what was verified passes.
  if (before !== undefined && Buffer.compare(before, bytes) === 0) return;
  const fault = signatureFault(csr, csr.publicKeyDer, {
    action: "Cannot verify CSR",
    allowLegacy: true,
  });
  if (fault) throw fault;
  verified.set(csr, bytes);
}

/** A copy of all that the verdict rests on. */
function bytesOf({ tbsDer, publicKeyDer, signatureAlgorithmDer, signature }: Csr): Uint8Array {
  return Buffer.concat([tbsDer, publicKeyDer, signatureAlgorithmDer, signature]);
}
