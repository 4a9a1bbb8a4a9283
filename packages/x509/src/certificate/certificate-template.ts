/** What a certificate will say, before it has an issuer, a serial number and a signature. */

import { encodeTime } from "../der/time.ts";
import type { AccessLocations } from "../extension/access-locations.ts";
import { type AlternativeNames, buildSubjectAltName } from "../extension/build-subject-alt-name.ts";
import type { Extension } from "../extension/extension.ts";
import { type ResolvedUsages, resolveUsages } from "../extension/usages.ts";
import { parsePublicKey } from "../key/public-key.ts";
import { buildName, type Subject } from "../name/build-name.ts";
import { isEmptyName } from "../name/distinguished-name.ts";
import { X509Error } from "../x509-error.ts";

export interface CertificateTemplate extends ResolvedUsages, AccessLocations {
  subjectDer: Uint8Array;
  /** SubjectPublicKeyInfo. */
  publicKeyDer: Uint8Array;
  notBefore: Date;
  notAfter: Date;
  isCA: boolean;
  /** For a CA: how many CA certificates may follow below; no bound when left out. */
  pathLength?: number;
  nameConstraints?: Extension;
  subjectAltName?: Extension;
  /** Identifies the key in leaf certificates too; CA certificates always do. */
  subjectKeyId?: boolean;
}

/** Where a template may differ from cert-manager's: each option left out is as cert-manager does. */
export interface TemplatePolicies {
  /** How far notBefore lies before `now`, for clocks that are slow. notAfter does not move. @default 0 */
  backdateMs?: number;
  /** Writes a SubjectKeyIdentifier into leaf certificates too (RFC 5280 §4.2.1.2). @default false */
  subjectKeyId?: boolean;
  /**
   * Leaves `key encipherment` out where the key cannot encipher: EC (RFC 8813 §3), Ed25519, ML-DSA.
   * Alone it cannot be left out: without a KeyUsage a certificate is good for everything.
   * @default false
   */
  dropKeyEnciphermentForEC?: boolean;
}

/** What a template needs to know beyond names and key. */
export interface TemplateOptions extends AccessLocations, TemplatePolicies {
  /** cert-manager's words. @default ["digital signature", "key encipherment"] */
  usages?: readonly string[];
  /** @default false */
  isCA?: boolean;
  /** From `now` to notAfter; it may exceed the issuer's own validity, as in cert-manager. */
  durationMs: number;
  /** Becomes notBefore, cut to the second, unless `backdateMs` moves that. */
  now: Date;
}

export interface KeyTemplateOptions extends TemplateOptions, AlternativeNames {
  subject: Subject;
  /** For a CA: how many CA certificates may follow below, 0 to 255; no bound when left out. */
  pathLength?: number;
}

/**
 * Makes the template of a certificate for a public key that comes without a CSR. Throws
 * `ERR_X509_VALUE` for what cannot be encoded and `ERR_X509_USAGE` for an unknown usage.
 */
export function templateForKey(
  publicKeyDer: Uint8Array,
  options: KeyTemplateOptions,
): CertificateTemplate {
  const { pathLength, isCA = false } = options;
  checkPathLength(pathLength, isCA);
  const subjectDer = buildName(options.subject);
  const subjectAltName = buildSubjectAltName(options, { critical: isEmptyName(subjectDer) });
  return {
    subjectDer,
    publicKeyDer,
    ...sharedFields(options),
    ...grantedUsages(resolveUsages(options.usages, { isCA }), { publicKeyDer, options }),
    ...(pathLength !== undefined && { pathLength }),
    ...(subjectAltName && { subjectAltName }),
  };
}

/** The fields that come from the options alone. Throws `ERR_X509_VALUE` for an impossible validity. */
export function sharedFields(
  options: TemplateOptions,
): Pick<
  CertificateTemplate,
  "notBefore" | "notAfter" | "isCA" | "subjectKeyId" | keyof AccessLocations
> {
  const { ocspServers, issuingCertificateUrls, crlDistributionPoints, subjectKeyId } = options;
  return {
    ...validity(options),
    isCA: options.isCA ?? false,
    ...(ocspServers && { ocspServers }),
    ...(issuingCertificateUrls && { issuingCertificateUrls }),
    ...(crlDistributionPoints && { crlDistributionPoints }),
    ...(subjectKeyId && { subjectKeyId }),
  };
}

/** The usages as they are written. Throws `ERR_X509_REQUEST_MISMATCH` when none would be left. */
export function grantedUsages(
  usages: ResolvedUsages,
  { publicKeyDer, options }: { publicKeyDer: Uint8Array; options: TemplatePolicies },
): ResolvedUsages {
  if (!options.dropKeyEnciphermentForEC) return usages;
  const { type, description } = parsePublicKey(publicKeyDer);
  if (type?.canEncipher ?? true) return usages;
  const keyUsage = usages.keyUsage.filter((usage) => usage !== "key encipherment");
  if (keyUsage.length === 0 && usages.keyUsage.length > 0) {
    throw new X509Error(
      "ERR_X509_REQUEST_MISMATCH",
      `Cannot make certificate template: its only key usage is "key encipherment", must have another for an ${description} key`,
    );
  }
  return { ...usages, keyUsage };
}

function validity({
  now,
  durationMs,
  backdateMs = 0,
}: TemplateOptions): Pick<CertificateTemplate, "notBefore" | "notAfter"> {
  if (!(durationMs > 0)) {
    throw new X509Error(
      "ERR_X509_VALUE",
      `Cannot make certificate template: duration is ${durationMs} ms, must be more than 0`,
    );
  }
  if (!(backdateMs >= 0)) {
    throw new X509Error(
      "ERR_X509_VALUE",
      `Cannot make certificate template: backdating is ${backdateMs} ms, must be 0 or more`,
    );
  }
  const notBefore = new Date(now.getTime() - backdateMs);
  const notAfter = new Date(now.getTime() + durationMs);
  // Encoding both finds out early what has no encoding, such as the year 10000.
  encodeTime(notBefore);
  encodeTime(notAfter);
  return { notBefore, notAfter };
}

/** RFC 5280 §4.2.1.9: a path length is a CA's. */
function checkPathLength(pathLength: number | undefined, isCA: boolean): void {
  if (pathLength === undefined) return;
  if (!isCA || !Number.isInteger(pathLength) || pathLength < 0 || pathLength > 255) {
    throw new X509Error(
      "ERR_X509_VALUE",
      `Cannot make certificate template: path length is ${pathLength}, must be 0 to 255 and only for a CA`,
    );
  }
}
