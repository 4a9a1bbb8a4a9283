import { generateKeyPairSync } from "node:crypto";
import {
  certificateTemplate,
  createKeySigner,
  createSelfSignedCertificate,
  encodePem,
  issueCertificate,
  parseCertificate,
  parseCsr,
} from "@countersign/x509";
import { CA_NAME } from "./ca-name.ts";

const DAY_MS = 24 * 3_600_000;

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const signer = createKeySigner(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
const caDer = await createSelfSignedCertificate({
  subject: { commonName: CA_NAME },
  signer,
  isCA: true,
  durationMs: 365 * DAY_MS,
  now: new Date(),
});

/** Signs whatever is asked for, for a day. */
export async function sign(csrPem: string): Promise<string> {
  const template = certificateTemplate(parseCsr(csrPem), { durationMs: DAY_MS, now: new Date() });
  const der = await issueCertificate(template, { issuer: parseCertificate(caDer), signer });
  return [der, caDer].map((each) => encodePem("CERTIFICATE", each)).join("");
}
