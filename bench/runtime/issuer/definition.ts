import { defineIssuer, type IssuerDefinition } from "@countersign/issuer";
import {
  certificateTemplate,
  createKeySigner,
  encodePem,
  issueCertificate,
  parseCertificate,
} from "@countersign/x509";
import * as z from "zod";
import { newAuthority } from "../../../test/cluster/certificate-authority.ts";

const { certificatePem, keyPem } = await newAuthority("bench");
const ca = { issuer: parseCertificate(certificatePem), signer: createKeySigner(keyPem) };

const spec = z.object({
  /** Whether the CA takes every call and answers none. */
  hangs: z.boolean().default(false),
});

/** An issuer whose CA is a P-256 key in memory: what it costs is the runtime and one signature. */
export const benchIssuer: IssuerDefinition<typeof spec> = defineIssuer({
  group: "bench.example.com",
  version: "v1alpha1",
  kinds: { issuer: "BenchIssuer" },
  spec,
  async check() {},

  async sign({ request: { csr, usages, isCA, durationMs }, issuer, signal }) {
    if (issuer.spec.hangs) await aborted(signal);
    const template = certificateTemplate(csr, { usages, isCA, durationMs, now: new Date() });
    const certificate = encodePem("CERTIFICATE", await issueCertificate(template, ca));
    return { certificate, ca: certificatePem };
  },
});

/** Never settles but by a rejection, once the signal aborts. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
