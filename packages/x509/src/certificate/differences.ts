/** What a certificate grants, compared with what was asked for. */

import type { Csr } from "../csr/csr.ts";
import { isComparedPurpose, resolveUsages } from "../extension/usages.ts";
import { parsePublicKey } from "../key/public-key.ts";
import type { Certificate } from "./certificate.ts";
import { nameDifferences, subjectDifferences } from "./name-differences.ts";
import { quoteSome } from "./quote-some.ts";

/** One respect in which a certificate is not what was asked for. */
export interface Difference {
  aspect: "names" | "subject" | "isCA" | "duration" | "usages";
  /** What the certificate has too little or too much of. */
  kind: "missing" | "unexpected" | "shorter" | "longer";
  /** Which names, which usages, how long. Bounded in length, and safe to show. */
  detail: string;
}

/** A request, as cert-manager hands it to an issuer. */
export interface AskedFor {
  csr: Csr;
  isCA: boolean;
  durationMs: number;
  /** cert-manager's words; none means `DEFAULT_USAGES`. */
  usages: readonly string[];
}

/** Room for backdating and for whole seconds. */
const DURATION_TOLERANCE_MS = 5 * 60_000;

/**
 * Lists how a certificate differs from what was asked for, at most one difference an aspect and kind.
 *
 * Names are compared by their bytes, DNS names without regard to case. The common name counts as asked
 * for where it is written as an alternative name, and the other way round. Purposes that only the CSR
 * can express count as asked for. `key encipherment`, one of cert-manager's default usages, is not
 * missed where the key is none that can encipher (RFC 8813 §3). The key itself is not compared: see
 * `publicKeysEqual`. Throws `ERR_X509_USAGE` for an unknown usage.
 */
export function compareCertificate(certificate: Certificate, asked: AskedFor): Difference[] {
  return [
    ...nameDifferences(certificate, asked.csr),
    ...subjectDifferences(certificate, asked.csr),
    ...caDifferences(certificate, asked),
    ...durationDifferences(certificate, asked),
    ...usageDifferences(certificate, asked),
  ];
}

function caDifferences(certificate: Certificate, asked: AskedFor): Difference[] {
  const isCA = certificate.basicConstraints?.isCA ?? false;
  if (isCA === asked.isCA) return [];
  return isCA
    ? [{ aspect: "isCA", kind: "unexpected", detail: "it is a CA's, which was not asked for" }]
    : [{ aspect: "isCA", kind: "missing", detail: "it is not a CA's, which was asked for" }];
}

function durationDifferences(
  { notBefore, notAfter }: Certificate,
  { durationMs }: AskedFor,
): Difference[] {
  const granted = notAfter.getTime() - notBefore.getTime();
  if (Math.abs(granted - durationMs) <= DURATION_TOLERANCE_MS) return [];
  const detail = `it lasts ${durationText(granted)}, ${durationText(durationMs)} was asked for`;
  return [{ aspect: "duration", kind: granted < durationMs ? "shorter" : "longer", detail }];
}

function usageDifferences(certificate: Certificate, { csr, ...asked }: AskedFor): Difference[] {
  const { keyUsage, extendedKeyUsage } = resolveUsages(asked.usages, asked);
  const carried = (csr.extendedKeyUsage ?? []).filter((purpose) => !isComparedPurpose(purpose));
  const wanted = new Set([...keyUsage, ...extendedKeyUsage, ...carried]);
  const granted = new Set([
    ...(certificate.keyUsage ?? []),
    ...(certificate.extendedKeyUsage ?? []),
  ]);
  const missing = wanted.difference(granted);
  const canEncipher = parsePublicKey(certificate.publicKeyDer).type?.canEncipher ?? true;
  if (!canEncipher) missing.delete("key encipherment");
  const unexpected = granted.difference(wanted);
  const differences: Difference[] = [];
  if (missing.size > 0) {
    const detail = `it lacks ${quoteSome([...missing])}`;
    differences.push({ aspect: "usages", kind: "missing", detail });
  }
  if (unexpected.size > 0) {
    const detail = `it grants ${quoteSome([...unexpected])}, not asked for`;
    differences.push({ aspect: "usages", kind: "unexpected", detail });
  }
  return differences;
}

const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
];

/** The two largest units that are not zero: `89d 23h`. */
function durationText(ms: number): string {
  let rest = Math.max(ms, 0);
  const parts = UNITS.map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count > 0 ? `${count}${unit}` : "";
  });
  return parts.filter(Boolean).slice(0, 2).join(" ") || "0s";
}
