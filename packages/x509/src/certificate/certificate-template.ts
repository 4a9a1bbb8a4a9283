/** What a certificate will say, before it has an issuer, a serial number and a signature. */

import { encodeTime } from "../der/time.ts";
import type { AccessLocations } from "../extension/access-locations.ts";
import { type AlternativeNames, buildSubjectAltName } from "../extension/build-subject-alt-name.ts";
import type { Extension } from "../extension/extension.ts";
import { type ResolvedUsages, resolveUsages } from "../extension/usages.ts";
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
}

/** What a template needs to know beyond names and key. */
export interface TemplateOptions extends AccessLocations {
  /** cert-manager's words. @default ["digital signature", "key encipherment"] */
  usages?: readonly string[];
  /** @default false */
  isCA?: boolean;
  /** From `now` to notAfter; it may exceed the issuer's own validity, as in cert-manager. */
  durationMs: number;
  /** Becomes notBefore, cut to the second. */
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
    ...resolveUsages(options.usages, { isCA }),
    ...(pathLength !== undefined && { pathLength }),
    ...(subjectAltName && { subjectAltName }),
  };
}

/** The fields that come from the options alone. Throws `ERR_X509_VALUE` for an impossible validity. */
export function sharedFields(
  options: TemplateOptions,
): Pick<CertificateTemplate, "notBefore" | "notAfter" | "isCA" | keyof AccessLocations> {
  const { now, durationMs, ocspServers, issuingCertificateUrls, crlDistributionPoints } = options;
  if (!(durationMs > 0)) {
    throw new X509Error(
      "ERR_X509_VALUE",
      `Cannot make certificate template: duration is ${durationMs} ms, must be more than 0`,
    );
  }
  const notAfter = new Date(now.getTime() + durationMs);
  // Encoding both finds out early what has no encoding, such as the year 10000.
  encodeTime(now);
  encodeTime(notAfter);
  return {
    notBefore: new Date(now),
    notAfter,
    isCA: options.isCA ?? false,
    ...(ocspServers && { ocspServers }),
    ...(issuingCertificateUrls && { issuingCertificateUrls }),
    ...(crlDistributionPoints && { crlDistributionPoints }),
  };
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
