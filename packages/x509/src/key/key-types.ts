/**
 * Everything known about key types, a row each, and the signature algorithm that a key signs with.
 *
 * ML-DSA needs OpenSSL 3.5 (Node 24.7): on an older Node its rows are known, and using such a key
 * is `ERR_X509_UNSUPPORTED`.
 */

import { encodeSequence } from "../der/encode-tlv.ts";
import { hex } from "../der/hex.ts";
import { NULL_DER } from "../der/null.ts";
import { encodeOid } from "../der/object-identifier.ts";

export type KeyFamily = "RSA" | "ECDSA" | "Ed25519" | "ML-DSA-44" | "ML-DSA-65" | "ML-DSA-87";

export interface KeyType {
  /** As shown to users; RSA gets its size appended. */
  name: string;
  family: KeyFamily;
  /** AlgorithmIdentifier in its only spelling: explicit curves and left-out NULLs are refused, as by Go. */
  algorithmDer: Uint8Array;
  /** Bytes in the key's BIT STRING; RSA has a structure there instead. */
  keyBytes?: number;
  /** First byte of the BIT STRING: an uncompressed point. */
  firstByte?: number;
  /** Whether key encipherment is a use the key has (RFC 8813 §3, RFC 9295 §3, RFC 9881 §5). */
  canEncipher: boolean;
  /** A signature takes tens of microseconds: a thread would cost more than it saves. */
  signsInline?: boolean;
}

const EC = "1.2.840.10045.2.1";
const ABSENT = new Uint8Array();

const ED25519 = algorithmIdentifier("1.3.101.112", ABSENT);

export const KEY_TYPES: readonly KeyType[] = [
  {
    name: "RSA",
    family: "RSA",
    algorithmDer: algorithmIdentifier("1.2.840.113549.1.1.1", NULL_DER),
    canEncipher: true,
  },
  curve("ECDSA P-224", { oid: "1.3.132.0.33", keyBytes: 57 }),
  { ...curve("ECDSA P-256", { oid: "1.2.840.10045.3.1.7", keyBytes: 65 }), signsInline: true },
  curve("ECDSA P-384", { oid: "1.3.132.0.34", keyBytes: 97 }),
  curve("ECDSA P-521", { oid: "1.3.132.0.35", keyBytes: 133 }),
  {
    name: "Ed25519",
    family: "Ed25519",
    algorithmDer: ED25519,
    keyBytes: 32,
    canEncipher: false,
    signsInline: true,
  },
  mlDsa("ML-DSA-44", { oid: "2.16.840.1.101.3.4.3.17", keyBytes: 1312 }),
  mlDsa("ML-DSA-65", { oid: "2.16.840.1.101.3.4.3.18", keyBytes: 1952 }),
  mlDsa("ML-DSA-87", { oid: "2.16.840.1.101.3.4.3.19", keyBytes: 2592 }),
];

/**
 * What a CA key signs with: the first row of its type that it is long enough for. Source:
 * cert-manager pkg/util/pki/csr.go signatureAlgorithmFromPublicKey.
 */
export const SIGNING: readonly { keyType: string; minBits?: number; algorithm: string }[] = [
  { keyType: "RSA", minBits: 4096, algorithm: "sha512WithRSAEncryption" },
  { keyType: "RSA", minBits: 3072, algorithm: "sha384WithRSAEncryption" },
  { keyType: "RSA", minBits: 2048, algorithm: "sha256WithRSAEncryption" },
  { keyType: "ECDSA P-256", algorithm: "ecdsa-with-SHA256" },
  { keyType: "ECDSA P-384", algorithm: "ecdsa-with-SHA384" },
  { keyType: "ECDSA P-521", algorithm: "ecdsa-with-SHA512" },
  { keyType: "Ed25519", algorithm: "Ed25519" },
  { keyType: "ML-DSA-44", algorithm: "ML-DSA-44" },
  { keyType: "ML-DSA-65", algorithm: "ML-DSA-65" },
  { keyType: "ML-DSA-87", algorithm: "ML-DSA-87" },
];

const BY_DER: ReadonlyMap<string, KeyType> = new Map(
  KEY_TYPES.map((row) => [hex(row.algorithmDer), row]),
);

export function keyTypeOf(algorithmDer: Uint8Array): KeyType | undefined {
  return BY_DER.get(hex(algorithmDer));
}

function algorithmIdentifier(oid: string, parameters: Uint8Array): Uint8Array {
  return encodeSequence(encodeOid(oid), parameters);
}

function curve(name: string, { oid, keyBytes }: { oid: string; keyBytes: number }): KeyType {
  const algorithmDer = algorithmIdentifier(EC, encodeOid(oid));
  return { name, family: "ECDSA", algorithmDer, keyBytes, firstByte: 0x04, canEncipher: false };
}

function mlDsa(name: KeyFamily, { oid, keyBytes }: { oid: string; keyBytes: number }): KeyType {
  const algorithmDer = algorithmIdentifier(oid, ABSENT);
  return { name, family: name, algorithmDer, keyBytes, canEncipher: false };
}
