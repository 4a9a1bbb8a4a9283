import {
  createKeySigner,
  encodePem,
  issueCertificate,
  parseCertificate,
  templateForKey,
} from "@countersign/x509";
import { type KeyKind, type KnownAuthority, newKey, toPem } from "../x509/authorities.ts";

/** Makes a CA below another, with a key of its own. */
export async function newIntermediate(
  above: KnownAuthority,
  options: { kind: KeyKind; commonName: string; now: Date; durationMs: number },
): Promise<KnownAuthority> {
  const { kind, commonName, now, durationMs } = options;
  const keyPem = toPem(newKey(kind));
  const signer = createKeySigner(keyPem);
  const template = templateForKey(signer.publicKeyDer, {
    subject: { commonName },
    isCA: true,
    usages: ["cert sign", "crl sign"],
    durationMs,
    now,
  });
  const der = await issueCertificate(template, {
    issuer: above.certificate,
    signer: above.signer,
  });
  const certificatePem = encodePem("CERTIFICATE", der);
  return { certificate: parseCertificate(der), certificatePem, keyPem, signer };
}
