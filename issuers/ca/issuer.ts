import { type CheckResult, defineIssuer, type Issued } from "@countersign/issuer";
import {
  type CertificateAuthority,
  readCertificateAuthority,
  requireNotEnded,
  requireOneChain,
} from "./certificate-authority.ts";
import { issue } from "./issue.ts";
import { caSpec } from "./spec.ts";

/** Issues from a CA whose certificate and key lie in a Secret, as cert-manager's own CA issuer does. */
export default defineIssuer({
  group: "issuers.countersign.dev",
  version: "v1alpha1",
  kinds: { issuer: "CAIssuer", clusterIssuer: "CAClusterIssuer" },
  spec: caSpec,
  // Only `backdate` makes one last longer than was asked for, and that is the issuer's wish.
  onMismatch: { longerDuration: "accept" },

  async check({ issuer: { spec }, secret }): Promise<CheckResult> {
    const authority = readCertificateAuthority(await secret(spec.secretName), spec.policies);
    requireOneChain(authority);
    const { notBefore, notAfter } = authority.certificate;
    const message = chainWarning(authority);
    return { notBefore, notAfter, ...(message === undefined ? {} : { message }) };
  },

  async sign({ issuer: { spec }, secret, request }): Promise<Issued> {
    const now = new Date();
    const authority = readCertificateAuthority(await secret(spec.secretName), spec.policies);
    requireNotEnded(authority, now);
    return issue(authority, request, { spec, now });
  },
});

/** Whoever verifies a certificate needs the CAs above as well. */
function chainWarning({ certificate, above }: CertificateAuthority): string | undefined {
  const shortest = above.toSorted((a, b) => a.notAfter.getTime() - b.notAfter.getTime())[0];
  if (shortest === undefined || shortest.notAfter >= certificate.notAfter) return undefined;
  return `${shortest.subject} of its chain ends earlier, on ${shortest.notAfter.toISOString()}.`;
}
