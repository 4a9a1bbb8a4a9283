import { generateKeyPairSync } from "node:crypto";
import {
  certificateTemplate,
  createCsr,
  createKeySigner,
  createSelfSignedCertificate,
  encodePem,
  issueCertificate,
  parseCertificate,
  parseCsr,
} from "@countersign/x509";

/** A certificate and its key, as TLS wants them. */
export interface TlsIdentity {
  readonly certPem: string;
  readonly keyPem: string;
}

/** A CA that certifies servers on 127.0.0.1, and clients. */
export interface TlsAuthority {
  readonly caPem: string;
  issue(dnsName: string): Promise<TlsIdentity>;
}

const DAY_MS = 24 * 3_600_000;

/** Creates one with a key of its own. */
export async function createTlsAuthority(commonName: string): Promise<TlsAuthority> {
  const signer = createKeySigner(newKeyPem());
  const caDer = await createSelfSignedCertificate({
    subject: { commonName },
    signer,
    isCA: true,
    durationMs: DAY_MS,
    now: new Date(),
  });
  const issuer = parseCertificate(caDer);
  return {
    caPem: encodePem("CERTIFICATE", caDer),
    issue: async (dnsName) => {
      const keyPem = newKeyPem();
      const csr = await createCsr({
        subject: { commonName: dnsName },
        dnsNames: [dnsName],
        ipAddresses: ["127.0.0.1"],
        signer: createKeySigner(keyPem),
      });
      const usages = ["digital signature", "server auth", "client auth"];
      const options = { durationMs: DAY_MS, now: new Date(), usages };
      const template = certificateTemplate(parseCsr(csr), options);
      const der = await issueCertificate(template, { issuer, signer });
      return { certPem: encodePem("CERTIFICATE", der), keyPem };
    },
  };
}

function newKeyPem(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" });
}
