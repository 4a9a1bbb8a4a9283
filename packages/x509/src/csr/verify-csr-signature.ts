/** Proves that whoever made a CSR holds its private key. */

import { signatureFault } from "../signature/signature-fault.ts";
import type { Csr } from "./csr.ts";

/**
 * Verifies that a CSR is signed by its own key. SHA-1 is taken and MD5 is not, as by Go. Throws
 * `ERR_X509_SIGNATURE`, `ERR_X509_UNSUPPORTED` or `ERR_X509_WEAK_KEY` (RSA below 1024 bits).
 */
export function verifyCsrSignature(csr: Csr): void {
  const fault = signatureFault(csr, csr.publicKeyDer, {
    action: "Cannot verify CSR",
    allowLegacy: true,
  });
  if (fault) throw fault;
}
