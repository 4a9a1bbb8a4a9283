/** Checks one link of a chain, by the rules of Go's Certificate.CheckSignatureFrom. */

import { canSignCertificates } from "../extension/usages.ts";
import { signatureFault } from "../signature/signature-fault.ts";
import type { Certificate } from "./certificate.ts";

/**
 * Returns whether a certificate is signed by the key of another, which must be allowed to sign
 * certificates. SHA-1 and MD5 signatures never count. Names and validity are not compared.
 */
export function verifySignedBy(certificate: Certificate, issuer: Certificate): boolean {
  if (cannotSignBecause(issuer) !== undefined) return false;
  const action = "Cannot verify certificate";
  return signatureFault(certificate, issuer.publicKeyDer, { action }) === undefined;
}

/** Returns whether a certificate is signed by its own key. Only CA certificates can be. */
export function isSelfSigned(certificate: Certificate): boolean {
  return verifySignedBy(certificate, certificate);
}

/** Says why a certificate may not sign others (RFC 5280 §4.2.1.3, §4.2.1.9), or undefined. */
export function cannotSignBecause(issuer: Certificate): string | undefined {
  const { version, basicConstraints, keyUsage } = issuer;
  if (basicConstraints ? !basicConstraints.isCA : version === 3)
    return "it is not a CA certificate";
  if (keyUsage && keyUsage.length > 0 && !canSignCertificates(keyUsage)) {
    return 'its key usages lack "cert sign"';
  }
  return undefined;
}
