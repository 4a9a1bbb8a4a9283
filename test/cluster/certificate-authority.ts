import { generateKeyPairSync } from "node:crypto";
import { createKeySigner, createSelfSignedCertificate, encodePem } from "@countersign/x509";

/** A CA as a Secret holds it. */
export interface NewAuthority {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** Makes a P-256 key, as PKCS #8 PEM. */
export function newKeyPem(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** Makes a root CA with a key of its own, valid from a time on. */
export async function newAuthority(
  commonName: string,
  from: Date = new Date(),
): Promise<NewAuthority> {
  const keyPem = newKeyPem();
  const der = await createSelfSignedCertificate({
    subject: { commonName },
    signer: createKeySigner(keyPem),
    isCA: true,
    durationMs: 365 * 24 * 3_600_000,
    now: from,
  });
  return { certificatePem: encodePem("CERTIFICATE", der), keyPem };
}
