/** Keys and certificates that tests make for themselves, in memory. */

import { generateKeyPairSync } from "node:crypto";
import {
  type Certificate,
  createKeySigner,
  createSelfSignedCertificate,
  issueCertificate,
  parseCertificate,
  type SelfSignedOptions,
  type Signer,
  templateForKey,
} from "../index.ts";

export const NOW: Date = new Date("2026-11-24T02:03:04.567Z");
export const DAY_MS = 86_400_000;

const generators = {
  "RSA 2048": () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  "RSA 3072": () => generateKeyPairSync("rsa", { modulusLength: 3072 }),
  "RSA 4096": () => generateKeyPairSync("rsa", { modulusLength: 4096 }),
  "RSA 1024": () => generateKeyPairSync("rsa", { modulusLength: 1024 }),
  "ECDSA P-224": () => generateKeyPairSync("ec", { namedCurve: "P-224" }),
  "ECDSA P-256": () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  "ECDSA P-384": () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
  "ECDSA P-521": () => generateKeyPairSync("ec", { namedCurve: "P-521" }),
  Ed25519: () => generateKeyPairSync("ed25519"),
  X25519: () => generateKeyPairSync("x25519"),
  "ML-DSA-44": () => generateKeyPairSync("ml-dsa-44"),
  "ML-DSA-87": () => generateKeyPairSync("ml-dsa-87"),
  "ML-DSA-65": () => generateKeyPairSync("ml-dsa-65"),
};

export type KeyKind = keyof typeof generators;

/** A new PKCS#8 key in PEM. */
export function newKeyPem(kind: KeyKind = "ECDSA P-256"): string {
  return generators[kind]().privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

export function newSigner(kind: KeyKind = "ECDSA P-256"): Signer {
  return createKeySigner(newKeyPem(kind));
}

export interface Authority {
  certificate: Certificate;
  signer: Signer;
}

export async function newRoot(
  commonName: string,
  options: Partial<SelfSignedOptions> = {},
): Promise<Authority> {
  const signer = options.signer ?? newSigner();
  const der = await createSelfSignedCertificate({
    subject: { commonName },
    isCA: true,
    usages: ["cert sign", "crl sign"],
    durationMs: 365 * DAY_MS,
    now: NOW,
    ...options,
    signer,
  });
  return { certificate: parseCertificate(der), signer };
}

/** A certificate below an authority; a CA unless `isCA` says otherwise. */
export async function newBelow(
  authority: Authority,
  { commonName, isCA = true }: { commonName: string; isCA?: boolean },
): Promise<Authority> {
  const signer = newSigner();
  const template = templateForKey(signer.publicKeyDer, {
    subject: { commonName },
    isCA,
    durationMs: 30 * DAY_MS,
    now: NOW,
  });
  const issuer = authority.certificate;
  const der = await issueCertificate(template, { issuer, signer: authority.signer });
  return { certificate: parseCertificate(der), signer };
}
