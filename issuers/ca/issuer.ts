import {
  defineIssuer,
  type Issued,
  PermanentError,
  type SigningRequest,
} from "@countersign/issuer";
import { certificateTemplate, encodePem, issueCertificate } from "@countersign/x509";
import * as z from "zod";
import { type CertificateAuthority, readCertificateAuthority } from "./certificate-authority.ts";

/** Issues from a CA whose certificate and key lie in a Secret, as cert-manager's own CA issuer does. */
export default defineIssuer({
  group: "issuers.countersign.dev",
  version: "v1alpha1",
  kinds: { issuer: "CAIssuer", clusterIssuer: "CAClusterIssuer" },
  spec: z.object({
    secretName: z
      .string()
      .min(1)
      .max(253)
      .describe("The kubernetes.io/tls Secret that holds the CA's certificate chain and key."),
  }),

  async check({ issuer, secret }) {
    readCertificateAuthority(await secret(issuer.spec.secretName), { now: new Date() });
  },

  async sign({ issuer, secret, request }) {
    const now = new Date();
    const authority = readCertificateAuthority(await secret(issuer.spec.secretName), { now });
    return issue(authority, request, now);
  },
});

async function issue(
  authority: CertificateAuthority,
  request: SigningRequest,
  now: Date,
): Promise<Issued> {
  const template = templateOf(request, now);
  const { certificate, signer, chainPem } = authority;
  const der = await issueCertificate(template, { issuer: certificate, signer });
  return { certificate: encodePem("CERTIFICATE", der) + chainPem };
}

/** @throws PermanentError where the request contradicts its CSR: it will never be otherwise. */
function templateOf(request: SigningRequest, now: Date): ReturnType<typeof certificateTemplate> {
  const { csr, usages, isCA, durationMs } = request;
  try {
    return certificateTemplate(csr, { usages, isCA, durationMs, now });
  } catch (error) {
    throw new PermanentError(error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
}
