import { type Issued, IssuerError, PermanentError, type SigningRequest } from "@countersign/issuer";
import {
  type CertificateTemplate,
  certificateTemplate,
  encodePem,
  issueCertificate,
} from "@countersign/x509";
import type { CertificateAuthority } from "./certificate-authority.ts";
import type { CaSpec } from "./spec.ts";

/** What a certificate is made by, besides the CA and the request. */
export interface IssueContext {
  readonly spec: CaSpec;
  readonly now: Date;
}

/**
 * Issues a certificate with cert-manager's semantics, but for the policies that the issuer sets.
 *
 * @throws PermanentError where the request contradicts its CSR, and IssuerError where the issuer's
 * own settings cannot be written into a certificate.
 */
export async function issue(
  { certificate, signer, chainPem }: CertificateAuthority,
  request: SigningRequest,
  context: IssueContext,
): Promise<Issued> {
  const template = templateOf(request, context);
  const clampToIssuer = context.spec.policies?.clampToIssuer ?? false;
  try {
    const der = await issueCertificate(template, { issuer: certificate, signer, clampToIssuer });
    return { certificate: encodePem("CERTIFICATE", der) + chainPem };
  } catch (error) {
    // The template has been judged: what has no encoding now is a URL of the issuer's spec.
    if (codeOf(error) === "ERR_X509_VALUE") throw new IssuerError(messageOf(error));
    throw error;
  }
}

/** A request that contradicts its CSR will never be otherwise. */
function templateOf(
  { csr, usages, isCA, durationMs }: SigningRequest,
  { spec, now }: IssueContext,
): CertificateTemplate {
  const { crlDistributionPoints = [], ocspServers = [], issuingCertificateURLs = [] } = spec;
  const policies = spec.policies ?? {};
  try {
    return certificateTemplate(csr, {
      usages,
      isCA,
      durationMs,
      now,
      crlDistributionPoints,
      ocspServers,
      issuingCertificateUrls: issuingCertificateURLs,
      backdateMs: policies.backdate ?? 0,
      subjectKeyId: policies.subjectKeyId ?? false,
      dropKeyEnciphermentForEC: policies.dropKeyEnciphermentForEC ?? false,
      rejectUnknownEKU: policies.rejectUnknownEKU ?? false,
    });
  } catch (error) {
    throw new PermanentError(messageOf(error), { cause: error });
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
