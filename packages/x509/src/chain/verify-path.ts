/**
 * Finds a path from a certificate to a trusted root (RFC 5280 §6), with bounded work: bundles exist
 * whose certificates form cycles or thousands of paths.
 *
 * Not looked at: revocation, policies, and whether a name is the one somebody wanted to reach.
 */

import type { Certificate } from "../certificate/certificate.ts";
import { cannotSignBecause } from "../certificate/verify-signed-by.ts";
import { EXTENSION_OIDS } from "../extension/extension-oids.ts";
import { signatureFault } from "../signature/signature-fault.ts";
import { X509Error } from "../x509-error.ts";
import { type ComparisonBudget, violatedConstraint } from "./check-name-constraints.ts";

/** What a path may be made of, what it is for, and how much work may be spent on it. */
export interface VerifyPathOptions {
  /** Trusted as they are: a root's own signature is not verified. */
  roots: readonly Certificate[];
  /** In any order, with or without roots and the certificate itself. */
  intermediates?: readonly Certificate[];
  now: Date;
  /** A purpose such as `server auth` that all below the root must allow. */
  purpose?: string;
  /** Certificates in a path, both ends included. @default 10 */
  maxDepth?: number;
  /** Signatures to verify in all. @default 100 */
  maxVerifications?: number;
}

interface Search extends VerifyPathOptions {
  candidates: readonly { issuer: Certificate; isRoot: boolean }[];
  depth: number;
  verificationsLeft: number;
  comparisons: ComparisonBudget;
  /** Why the deepest path that failed did. */
  failure?: { depth: number; reason: string };
}

/** Name constraints compared in all, as many as Go allows. */
const MAX_COMPARISONS = 250_000;

/** The extensions that are understood here, so that they may be critical. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  EXTENSION_OIDS.keyUsage,
  EXTENSION_OIDS.extendedKeyUsage,
  EXTENSION_OIDS.basicConstraints,
  EXTENSION_OIDS.subjectAltName,
  EXTENSION_OIDS.nameConstraints,
  EXTENSION_OIDS.subjectKeyIdentifier,
  EXTENSION_OIDS.authorityKeyIdentifier,
]);

/**
 * Returns the first path that holds, the certificate first and a root last. Throws `ERR_X509_CHAIN`
 * with the reason when there is none, and `ERR_X509_TOO_LARGE` when the search is too much work.
 */
export function verifyPath(certificate: Certificate, options: VerifyPathOptions): Certificate[] {
  const { roots, intermediates = [], maxDepth = 10, maxVerifications = 100 } = options;
  const search: Search = {
    ...options,
    candidates: [
      ...roots.map((issuer) => ({ issuer, isRoot: true })),
      ...intermediates.map((issuer) => ({ issuer, isRoot: false })),
    ],
    depth: maxDepth,
    verificationsLeft: maxVerifications,
    comparisons: { left: MAX_COMPARISONS },
  };
  const fault = faultOf(certificate, search);
  if (fault !== undefined) throw noPath(certificate, fault);
  if (roots.some((root) => isSame(root, certificate))) return [certificate];
  const path = extend([certificate], search);
  if (path) return path;
  throw noPath(certificate, search.failure?.reason ?? "no certificate given issued it");
}

/** Tries every issuer of the path's last certificate, deep before wide. */
function extend(path: readonly Certificate[], search: Search): Certificate[] | undefined {
  const last = path.at(-1);
  for (const { issuer, isRoot } of last ? issuersOf(last, search) : []) {
    // The same name and key again would be a cycle, whatever certificate it comes in.
    if (path.some((each) => isSameSubject(each, issuer))) continue;
    const reason = objection(issuer, { path, isRoot, search });
    if (reason !== undefined) {
      if (path.length >= (search.failure?.depth ?? 0)) {
        const detail = `${JSON.stringify(issuer.subject)} cannot be in its path: ${reason}`;
        search.failure = { depth: path.length, reason: detail };
      }
      continue;
    }
    const longer = [...path, issuer];
    const found = isRoot ? longer : extend(longer, search);
    if (found) return found;
  }
  return undefined;
}

/** By name, those with the key identifier wanted first. */
function issuersOf(certificate: Certificate, { candidates }: Search): Search["candidates"] {
  const named = candidates.filter(
    ({ issuer }) => Buffer.compare(issuer.subjectDer, certificate.issuerDer) === 0,
  );
  const { authorityKeyId } = certificate;
  if (!authorityKeyId) return named;
  const fits = ({ issuer }: { issuer: Certificate }): boolean =>
    issuer.subjectKeyId !== undefined && Buffer.compare(issuer.subjectKeyId, authorityKeyId) === 0;
  return [...named.filter(fits), ...named.filter((each) => !fits(each))];
}

/** Says why an issuer cannot be the next of a path. The signature comes last: it costs most. */
function objection(
  issuer: Certificate,
  { path, isRoot, search }: { path: readonly Certificate[]; isRoot: boolean; search: Search },
): string | undefined {
  if (path.length >= search.depth) {
    return `the path is longer than ${search.depth} certificates`;
  }
  const reason =
    faultOf(issuer, isRoot ? { now: search.now } : search) ??
    cannotSignBecause(issuer) ??
    tooLong(issuer, path) ??
    violatedConstraint(issuer, { below: path, budget: search.comparisons });
  if (reason !== undefined) return reason;
  const last = path.at(-1);
  if (!last) return undefined;
  search.verificationsLeft -= 1;
  if (search.verificationsLeft < 0) {
    throw new X509Error(
      "ERR_X509_TOO_LARGE",
      `Cannot verify path: more than ${search.maxVerifications ?? 100} signatures would have to be verified`,
    );
  }
  const fault = signatureFault(last, issuer.publicKeyDer, { action: "signature" });
  return fault && `it did not sign ${JSON.stringify(last.subject)}`;
}

/** What is wrong with a certificate by itself. */
function faultOf(
  { notBefore, notAfter, extensions, extendedKeyUsage }: Certificate,
  { now, purpose }: { now: Date; purpose?: string },
): string | undefined {
  if (now < notBefore) return `it begins only on ${notBefore.toISOString()}`;
  // The last second counts whole (RFC 5280 §4.1.2.5).
  if (now.getTime() >= notAfter.getTime() + 1_000) return `it ended on ${notAfter.toISOString()}`;
  const unknown = extensions.find(({ critical, oid }) => critical && !UNDERSTOOD.has(oid));
  if (unknown) return `its critical extension ${unknown.oid} is unknown`;
  const allowed = extendedKeyUsage ?? [];
  if (purpose === undefined || allowed.length === 0) return undefined;
  return allowed.includes(purpose) || allowed.includes("any")
    ? undefined
    : `its extended key usages lack ${JSON.stringify(purpose)}`;
}

/** RFC 5280 §4.2.1.9: self-issued CA certificates do not count. */
function tooLong(issuer: Certificate, path: readonly Certificate[]): string | undefined {
  const { pathLength } = issuer.basicConstraints ?? {};
  const between = path
    .slice(1)
    .filter(({ subjectDer, issuerDer }) => Buffer.compare(subjectDer, issuerDer) !== 0);
  if (pathLength === undefined || between.length <= pathLength) return undefined;
  return `its path length is ${pathLength}, and ${between.length} CA certificates follow it`;
}

function isSame(a: Certificate, b: Certificate): boolean {
  return Buffer.compare(a.der, b.der) === 0;
}

function isSameSubject(a: Certificate, b: Certificate): boolean {
  return (
    Buffer.compare(a.subjectDer, b.subjectDer) === 0 &&
    Buffer.compare(a.publicKeyDer, b.publicKeyDer) === 0
  );
}

function noPath({ subject }: Certificate, reason: string): X509Error {
  return new X509Error(
    "ERR_X509_CHAIN",
    `Cannot verify path of ${JSON.stringify(subject)}: ${reason}`,
  );
}
