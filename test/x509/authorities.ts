/** CAs of every kind of key, whose private keys are known: so that others can sign with them too. */
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import {
  type Certificate,
  createKeySigner,
  createSelfSignedCertificate,
  encodePem,
  parseCertificate,
  type Signer,
} from "@countersign/x509";

export interface KnownAuthority {
  readonly certificate: Certificate;
  readonly certificatePem: string;
  readonly keyPem: string;
  readonly signer: Signer;
}

const GENERATORS = {
  "RSA 2048": () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  "RSA 3072": () => generateKeyPairSync("rsa", { modulusLength: 3072 }),
  "ECDSA P-256": () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  "ECDSA P-384": () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
  "ECDSA P-521": () => generateKeyPairSync("ec", { namedCurve: "P-521" }),
  Ed25519: () => generateKeyPairSync("ed25519"),
  "ML-DSA-44": () => generateKeyPairSync("ml-dsa-44"),
  "ML-DSA-65": () => generateKeyPairSync("ml-dsa-65"),
  "ML-DSA-87": () => generateKeyPairSync("ml-dsa-87"),
} satisfies Record<string, () => { privateKey: KeyObject }>;

export type KeyKind = keyof typeof GENERATORS;

/** The kinds that Go knows too. */
export const CLASSICAL: readonly KeyKind[] = [
  "RSA 2048",
  "RSA 3072",
  "ECDSA P-256",
  "ECDSA P-384",
  "ECDSA P-521",
  "Ed25519",
];

export function newKey(kind: KeyKind): KeyObject {
  return GENERATORS[kind]().privateKey;
}

export function toPem(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

export async function newAuthority(
  kind: KeyKind,
  options: { commonName?: string; algorithm?: string; now: Date; durationMs: number },
): Promise<KnownAuthority> {
  const { commonName = `${kind} CA`, algorithm, now, durationMs } = options;
  const keyPem = toPem(newKey(kind));
  const signer = createKeySigner(keyPem, algorithm === undefined ? {} : { algorithm });
  const der = await createSelfSignedCertificate({
    subject: { organization: "Countersign", commonName },
    isCA: true,
    usages: ["cert sign", "crl sign"],
    signer,
    now,
    durationMs,
  });
  const certificatePem = encodePem("CERTIFICATE", der);
  return { certificate: parseCertificate(der), certificatePem, keyPem, signer };
}
