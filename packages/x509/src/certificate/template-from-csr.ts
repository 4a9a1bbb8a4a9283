/**
 * Turns a CSR and the request it came with into a certificate template, with the semantics of
 * cert-manager's CA issuer (pkg/util/pki/certificatetemplate.go).
 */

import type { Csr } from "../csr/csr.ts";
import { verifyCsrSignature } from "../csr/verify-csr-signature.ts";
import { findExtension } from "../extension/extension.ts";
import { normaliseNameConstraints } from "../extension/name-constraints.ts";
import { isComparedPurpose, type ResolvedUsages, resolveUsages } from "../extension/usages.ts";
import { isEmptyName } from "../name/distinguished-name.ts";
import { X509Error } from "../x509-error.ts";
import {
  type CertificateTemplate,
  grantedUsages,
  sharedFields,
  type TemplateOptions,
} from "./certificate-template.ts";

export interface CsrTemplateOptions extends TemplateOptions {
  /**
   * Refuses a CSR with extended key usages that cert-manager has no word for, and which an approver
   * who looks at the request's usages does not see. @default false: they are carried over
   */
  rejectUnknownEKU?: boolean;
}

/**
 * Makes a template that grants what a CSR asks for, where that is what the request says.
 *
 * The signature is verified first. Subject, public key and subjectAltName are copied byte for byte,
 * so that no name kind is lost; subjectAltName is critical exactly when the subject is empty. Usages
 * and CA come from the options, and a CSR that has them too must agree, purposes in the same order.
 * Name constraints are re-encoded; purposes that cert-manager has no usage for are carried over unless
 * `rejectUnknownEKU` is set, and every other extension of the CSR, its path length among them, is dropped.
 *
 * Throws what `verifyCsrSignature` throws, `ERR_X509_USAGE` for an unknown usage and
 * `ERR_X509_REQUEST_MISMATCH` where CSR and options disagree.
 */
export function certificateTemplate(csr: Csr, options: CsrTemplateOptions): CertificateTemplate {
  verifyCsrSignature(csr);
  const isCA = options.isCA ?? false;
  const usages = resolveUsages(options.usages, { isCA });
  checkBasicConstraints(csr, isCA);
  checkUsages(csr, usages);
  const carried = (csr.extendedKeyUsage ?? []).filter((purpose) => !isComparedPurpose(purpose));
  if (options.rejectUnknownEKU && carried.length > 0) {
    throw mismatch(
      `its extended key usages ${list(carried)} are none that a request can have, must be left out`,
    );
  }
  const subjectAltName = findExtension(csr.extensions, "subjectAltName");
  const nameConstraints = findExtension(csr.extensions, "nameConstraints");
  return {
    subjectDer: csr.subjectDer,
    publicKeyDer: csr.publicKeyDer,
    ...sharedFields(options),
    ...grantedUsages(usages, { publicKeyDer: csr.publicKeyDer, options }),
    extendedKeyUsage: [...usages.extendedKeyUsage, ...carried],
    ...(nameConstraints && { nameConstraints: normaliseNameConstraints(nameConstraints, "CSR") }),
    ...(subjectAltName && {
      subjectAltName: { ...subjectAltName, critical: isEmptyName(csr.subjectDer) },
    }),
  };
}

function checkBasicConstraints({ basicConstraints }: Csr, isCA: boolean): void {
  if (basicConstraints && basicConstraints.isCA !== isCA) {
    throw mismatch(`its CA flag is ${basicConstraints.isCA}, must be ${isCA} as in the request`);
  }
}

/** One of the two extensions is enough to have both compared: a missing one counts as empty. */
function checkUsages(csr: Csr, expected: ResolvedUsages): void {
  if (!csr.keyUsage && !csr.extendedKeyUsage) return;
  const keyUsage = csr.keyUsage ?? [];
  if (!sameWords(keyUsage, expected.keyUsage)) {
    throw mismatch(
      `its key usages are ${list(keyUsage)}, must be ${list(expected.keyUsage)} as in the request`,
    );
  }
  const purposes = (csr.extendedKeyUsage ?? []).filter(isComparedPurpose);
  if (!sameWords(purposes, expected.extendedKeyUsage)) {
    throw mismatch(
      `its extended key usages are ${list(purposes)}, must be ${list(expected.extendedKeyUsage)} in this order, as in the request`,
    );
  }
}

function sameWords(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word, i) => word === b[i]);
}

function list(words: readonly string[]): string {
  return words.length === 0 ? "none" : words.map((word) => JSON.stringify(word)).join(", ");
}

function mismatch(detail: string): X509Error {
  return new X509Error("ERR_X509_REQUEST_MISMATCH", `Cannot use CSR: ${detail}`);
}
