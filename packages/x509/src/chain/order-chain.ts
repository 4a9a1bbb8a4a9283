/**
 * Puts the certificates of a bundle in order, with the semantics of cert-manager's
 * ParseSingleCertificateChain (pkg/util/pki/parse_certificate_chain.go).
 */

import type { Certificate } from "../certificate/certificate.ts";
import { isSelfSigned, verifySignedBy } from "../certificate/verify-signed-by.ts";
import { X509Error } from "../x509-error.ts";

/** Certificates that join into one chain, in its order. */
export interface OrderedChain {
  /** Leaf first, each signed by the next; without self-signed certificates unless it is the only one. */
  chain: Certificate[];
  /**
   * What a CertificateRequest's `status.ca` is: the top of the chain, self-signed or not. Absent for a
   * lone certificate that is not self-signed.
   */
  root?: Certificate;
}

/** cert-manager's own bound. */
const MAX_CERTIFICATES = 1000;
/**
 * Signatures verified for one bundle. A chain of ten needs about twenty; a bundle of same-named
 * certificates could ask for one each pair.
 */
const MAX_VERIFICATIONS = 256;

/**
 * Orders a bundle that holds one chain, in any order and with repetitions.
 *
 * Throws `ERR_X509_CHAIN` when the certificates do not join into one chain, and
 * `ERR_X509_TOO_LARGE` for more than 1000 certificates or too many signatures to verify.
 */
export function orderChain(certificates: readonly Certificate[]): OrderedChain {
  const unique = sortUnique(certificates);
  if (unique.length > MAX_CERTIFICATES) {
    throw new X509Error(
      "ERR_X509_TOO_LARGE",
      `Cannot order chain: bundle has ${unique.length} certificates, must have at most ${MAX_CERTIFICATES}`,
    );
  }
  const chain = joinAll(unique, limitedIsIssuedBy());
  const top = chain.at(-1);
  if (!top) {
    throw new X509Error(
      "ERR_X509_CHAIN",
      "Cannot order chain: bundle is empty, must have a certificate",
    );
  }
  if (chain.length === 1) return isSelfSigned(top) ? { chain, root: top } : { chain };
  // Not only the top can be self-signed: one CA key may have several root certificates.
  return { chain: chain.filter((certificate) => !isSelfSigned(certificate)), root: top };
}

/** By DER bytes, which is the order cert-manager joins in: it decides which of several joins is found. */
function sortUnique(certificates: readonly Certificate[]): Certificate[] {
  return certificates
    .toSorted((a, b) => Buffer.compare(a.der, b.der))
    .filter((certificate, i, all) => {
      const before = all[i - 1];
      return !before || Buffer.compare(certificate.der, before.der) !== 0;
    });
}

type IsIssuedBy = (certificate: Certificate, issuer: Certificate) => boolean;

/** Takes the last partial chain and joins it to the first that fits, until one is left. */
function joinAll(certificates: Certificate[], isIssuedBy: IsIssuedBy): Certificate[] {
  const partial = certificates.map((certificate) => [certificate]);
  for (let last = partial.pop(); last; last = partial.pop()) {
    if (partial.length === 0) return last;
    const joined = joinToFirst(last, { partial, isIssuedBy });
    if (!joined) {
      throw new X509Error(
        "ERR_X509_CHAIN",
        `Cannot order chain: ${JSON.stringify(last[0]?.subject)} issued none of the other certificates and was issued by none, must be one chain`,
      );
    }
  }
  return [];
}

function joinToFirst(
  last: Certificate[],
  { partial, isIssuedBy }: { partial: Certificate[][]; isIssuedBy: IsIssuedBy },
): boolean {
  for (const [i, other] of partial.entries()) {
    const joined = join(last, { other, isIssuedBy });
    if (!joined) continue;
    partial[i] = joined;
    return true;
  }
  return false;
}

/** A partial chain is never empty. */
function join(
  a: Certificate[],
  { other: b, isIssuedBy }: { other: Certificate[]; isIssuedBy: IsIssuedBy },
): Certificate[] | undefined {
  const [leafOfA, topOfA] = [a[0], a.at(-1)];
  const [leafOfB, topOfB] = [b[0], b.at(-1)];
  if (topOfB && leafOfA && isIssuedBy(topOfB, leafOfA)) return [...b, ...a];
  if (topOfA && leafOfB && isIssuedBy(topOfA, leafOfB)) return [...a, ...b];
  return undefined;
}

function limitedIsIssuedBy(): IsIssuedBy {
  let verifications = 0;
  return function isIssuedBy(certificate, issuer) {
    if (Buffer.compare(certificate.issuerDer, issuer.subjectDer) !== 0) return false;
    verifications += 1;
    if (verifications > MAX_VERIFICATIONS) {
      throw new X509Error(
        "ERR_X509_TOO_LARGE",
        `Cannot order chain: more than ${MAX_VERIFICATIONS} signatures would have to be verified, must be one chain`,
      );
    }
    return verifySignedBy(certificate, issuer);
  };
}
