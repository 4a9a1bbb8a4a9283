/** Signs certificate templates. */

import { parsePublicKey, publicKeysEqual } from "../key/public-key.ts";
import { signatureFault } from "../signature/signature-fault.ts";
import { encodeSignedStructure } from "../signature/signed-structure.ts";
import { chooseAlgorithm, type Signer } from "../signature/signer.ts";
import { publicKeyOfSigner } from "../signature/signer-key.ts";
import { X509Error } from "../x509-error.ts";
import { type Certificate, parseCertificate } from "./certificate.ts";
import type { CertificateTemplate } from "./certificate-template.ts";
import { encodeTbsCertificate } from "./encode-tbs-certificate.ts";
import { checkSerialNumber, randomSerialNumber } from "./serial-number.ts";
import { cannotSignBecause } from "./verify-signed-by.ts";

/** Who issues a certificate, and how. */
export interface IssueOptions {
  issuer: Certificate;
  signer: Signer;
  /** Unsigned big-endian number. @default 20 random bytes */
  serial?: Uint8Array;
  /**
   * Ends a certificate with its issuer where it would outlive it. @default false, as in cert-manager:
   * such a certificate is of no use after its issuer has ended
   */
  clampToIssuer?: boolean;
}

/**
 * Issues the certificate of a template and returns its DER.
 *
 * Guarantees: what is returned was parsed again by this package's strict parser, holds the
 * template's public key, and verifies with the issuer's. Throws `ERR_X509_NOT_A_CA` and
 * `ERR_X509_KEY_MISMATCH` before signing, `ERR_X509_VALUE` when nothing is left by `clampToIssuer`, `ERR_X509_SIGNATURE` when the signer returns a signature
 * that does not hold, and whatever `signer.sign` rejects with.
 */
export async function issueCertificate(
  template: CertificateTemplate,
  options: IssueOptions,
): Promise<Uint8Array> {
  const { issuer, signer, serial } = options;
  const objection = cannotSignBecause(issuer);
  if (objection) {
    throw new X509Error(
      "ERR_X509_NOT_A_CA",
      `Cannot issue certificate with issuer ${JSON.stringify(issuer.subject)}: ${objection}, must be a CA that may sign certificates`,
    );
  }
  if (!publicKeysEqual(signer.publicKeyDer, issuer.publicKeyDer)) {
    throw new X509Error(
      "ERR_X509_KEY_MISMATCH",
      `Cannot issue certificate with issuer ${JSON.stringify(issuer.subject)}: signing key is not the issuer's, must be its private key`,
    );
  }
  const clamped = options.clampToIssuer ? clampToIssuer(template, issuer) : template;
  return await signTemplate(clamped, {
    issuerDer: issuer.subjectDer,
    issuerKeyId: issuer.subjectKeyId,
    signer,
    ...(serial && { serial }),
  });
}

function clampToIssuer(template: CertificateTemplate, issuer: Certificate): CertificateTemplate {
  const { notBefore, notAfter } = template;
  if (issuer.notAfter <= notBefore) {
    throw new X509Error(
      "ERR_X509_VALUE",
      `Cannot issue certificate with issuer ${JSON.stringify(issuer.subject)}: the issuer ended on ${issuer.notAfter.toISOString()}, must end after the certificate begins`,
    );
  }
  return issuer.notAfter < notAfter ? { ...template, notAfter: issuer.notAfter } : template;
}

export interface SignTemplateOptions {
  issuerDer: Uint8Array;
  issuerKeyId?: Uint8Array | undefined;
  signer: Signer;
  serial?: Uint8Array;
}

/** Signs a template in the name given, whoever has it: for self-signed certificates. */
export async function signTemplate(
  template: CertificateTemplate,
  options: SignTemplateOptions,
): Promise<Uint8Array> {
  const { issuerDer, issuerKeyId, signer, serial = randomSerialNumber() } = options;
  checkSerialNumber(serial);
  const { algorithmDer } = chooseAlgorithm(parsePublicKey(signer.publicKeyDer), signer.algorithm);
  const tbsDer = encodeTbsCertificate(template, { serial, algorithmDer, issuerDer, issuerKeyId });
  const signature = await signer.sign(tbsDer);
  const der = encodeSignedStructure(tbsDer, { algorithmDer, signature });
  checkIssued(parseCertificate(der), { template, signer });
  return der;
}

/** Finds a signer that errs before a cluster does. */
function checkIssued(
  certificate: Certificate,
  { template, signer }: { template: CertificateTemplate; signer: Signer },
): void {
  const action = "Cannot issue certificate";
  const fault = signatureFault(certificate, signer.publicKeyDer, {
    action,
    key: publicKeyOfSigner(signer),
  });
  if (fault) throw fault;
  if (!publicKeysEqual(certificate.publicKeyDer, template.publicKeyDer)) {
    throw new X509Error(
      "ERR_X509_KEY_MISMATCH",
      `${action}: its public key is not the template's, must be the same`,
    );
  }
}
