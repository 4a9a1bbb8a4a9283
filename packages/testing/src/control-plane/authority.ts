/** The certificate authority of one control plane, whose key is never written down. */
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import {
  createKeySigner,
  createSelfSignedCertificate,
  encodePem,
  issueCertificate,
  parseCertificate,
  type Subject,
  templateForKey,
} from "@countersign/x509";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Longer than any test runs, and than most demos are left open. */
const LIFETIME_MS = 30 * DAY_MS;

/** Clocks of processes on one machine agree; this is for a clock that is set back meanwhile. */
const BACKDATING_MS = 5 * 60 * 1000;

/** A certificate with its key, both PEM. */
export interface KeyAndCertificate {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** Who a certificate is for. */
export interface Holder {
  readonly subject: Subject;
  /** cert-manager's words. */
  readonly usages: readonly ("server auth" | "client auth")[];
  readonly ipAddresses?: readonly string[];
  readonly dnsNames?: readonly string[];
}

/** Issues the certificates of a control plane. */
export interface Authority {
  readonly caPem: string;
  issue(holder: Holder): Promise<KeyAndCertificate>;
}

/** Creates an authority with a new ECDSA P-256 key. */
export async function createAuthority(now: Date): Promise<Authority> {
  const validity = { now: new Date(now.getTime() - BACKDATING_MS), durationMs: LIFETIME_MS };
  const signer = createKeySigner(generateKey().keyPem);
  const caDer = await createSelfSignedCertificate({
    ...validity,
    subject: { commonName: "countersign-testing" },
    signer,
    isCA: true,
    usages: ["cert sign", "crl sign", "digital signature"],
  });
  const issuer = parseCertificate(caDer);
  return {
    caPem: encodePem("CERTIFICATE", caDer),
    async issue({ usages, ...holder }) {
      const { keyPem, publicKey } = generateKey();
      const publicKeyDer = new Uint8Array(publicKey.export({ format: "der", type: "spki" }));
      const template = templateForKey(publicKeyDer, {
        ...validity,
        ...holder,
        usages: ["digital signature", ...usages],
      });
      const der = await issueCertificate(template, { issuer, signer });
      return { certificatePem: encodePem("CERTIFICATE", der), keyPem };
    },
  };
}

/** A new ECDSA P-256 key pair: made in a millisecond, where RSA would take a second. */
export function generateKey(): { keyPem: string; publicKey: KeyObject } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { keyPem: privateKey.export({ format: "pem", type: "pkcs8" }).toString(), publicKey };
}
