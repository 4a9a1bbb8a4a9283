/**
 * Everything known about signature algorithms, a row each. Code elsewhere is handed a row and never
 * asks which algorithm it is.
 */

import { constants } from "node:crypto";
import { encodeConstructed, encodeSequence } from "../der/encode-tlv.ts";
import { hex } from "../der/hex.ts";
import { encodeInteger } from "../der/integer.ts";
import { NULL_DER } from "../der/null.ts";
import { encodeOid } from "../der/object-identifier.ts";
import type { KeyFamily } from "../key/key-types.ts";

export interface SignatureAlgorithm {
  /** As its specification calls it. */
  name: string;
  oid: string;
  family: KeyFamily;
  /** AlgorithmIdentifier as we write it. */
  algorithmDer: Uint8Array;
  /** Other spellings of the same that are read. */
  alternativeDers: readonly Uint8Array[];
  /** Undefined where the algorithm hashes by itself. */
  digest?: "sha1" | "sha256" | "sha384" | "sha512";
  /** RSASSA-PSS. */
  pss?: { padding: number; saltLength: number };
  /** Verified in CSRs only, where nobody but the requester could profit from a collision. */
  isLegacy?: boolean;
}

const ABSENT = new Uint8Array();

export const SIGNATURE_ALGORITHMS: readonly SignatureAlgorithm[] = [
  { ...rsa("sha1WithRSAEncryption", 5), digest: "sha1", isLegacy: true },
  { ...rsa("sha256WithRSAEncryption", 11), digest: "sha256" },
  { ...rsa("sha384WithRSAEncryption", 12), digest: "sha384" },
  { ...rsa("sha512WithRSAEncryption", 13), digest: "sha512" },
  { ...rsaPss("RSASSA-PSS with SHA-256", 1, 32), digest: "sha256" },
  { ...rsaPss("RSASSA-PSS with SHA-384", 2, 48), digest: "sha384" },
  { ...rsaPss("RSASSA-PSS with SHA-512", 3, 64), digest: "sha512" },
  { ...ecdsa("ecdsa-with-SHA1", "1"), digest: "sha1", isLegacy: true },
  { ...ecdsa("ecdsa-with-SHA256", "3.2"), digest: "sha256" },
  { ...ecdsa("ecdsa-with-SHA384", "3.3"), digest: "sha384" },
  { ...ecdsa("ecdsa-with-SHA512", "3.4"), digest: "sha512" },
  intrinsic("Ed25519", "1.3.101.112"),
  intrinsic("ML-DSA-44", "2.16.840.1.101.3.4.3.17"),
  intrinsic("ML-DSA-65", "2.16.840.1.101.3.4.3.18"),
  intrinsic("ML-DSA-87", "2.16.840.1.101.3.4.3.19"),
];

const BY_DER: ReadonlyMap<string, SignatureAlgorithm> = new Map(
  SIGNATURE_ALGORITHMS.flatMap((row) =>
    [row.algorithmDer, ...row.alternativeDers].map((der) => [hex(der), row]),
  ),
);
const BY_NAME: ReadonlyMap<string, SignatureAlgorithm> = new Map(
  SIGNATURE_ALGORITHMS.map((row) => [row.name, row]),
);

/** Finds the row of an AlgorithmIdentifier, its parameters included. */
export function signatureAlgorithmOf(algorithmDer: Uint8Array): SignatureAlgorithm | undefined {
  return BY_DER.get(hex(algorithmDer));
}

export function signatureAlgorithmNamed(name: string): SignatureAlgorithm | undefined {
  return BY_NAME.get(name);
}

function algorithmIdentifier(oid: string, parameters: Uint8Array): Uint8Array {
  return encodeSequence(encodeOid(oid), parameters);
}

/** RFC 4055 §5: NULL is written, absent parameters must be read too. */
function rsa(name: string, arc: number): SignatureAlgorithm {
  const oid = `1.2.840.113549.1.1.${arc}`;
  return {
    name,
    oid,
    family: "RSA",
    algorithmDer: algorithmIdentifier(oid, NULL_DER),
    alternativeDers: [algorithmIdentifier(oid, ABSENT)],
  };
}

/** RFC 5758 §3.2: absent parameters are written; NULL is read too, as Go does. */
function ecdsa(name: string, arc: string): SignatureAlgorithm {
  const oid = `1.2.840.10045.4.${arc}`;
  return {
    name,
    oid,
    family: "ECDSA",
    algorithmDer: algorithmIdentifier(oid, ABSENT),
    alternativeDers: [algorithmIdentifier(oid, NULL_DER)],
  };
}

/** One combination a hash (RFC 4055 §3.1), the only one Go reads: MGF1 with the same hash, salt of its length. */
function rsaPss(name: string, hashArc: number, saltLength: number): SignatureAlgorithm {
  const hash = algorithmIdentifier(`2.16.840.1.101.3.4.2.${hashArc}`, NULL_DER);
  const parameters = encodeSequence(
    encodeConstructed(0, hash),
    encodeConstructed(1, algorithmIdentifier("1.2.840.113549.1.1.8", hash)),
    encodeConstructed(2, encodeInteger(Uint8Array.of(saltLength))),
  );
  const oid = "1.2.840.113549.1.1.10";
  return {
    name,
    oid,
    family: "RSA",
    algorithmDer: algorithmIdentifier(oid, parameters),
    alternativeDers: [],
    pss: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength },
  };
}

/** Key and signature share the OID, and parameters are absent (RFC 8410 §3, RFC 9881 §2). */
function intrinsic(name: KeyFamily, oid: string): SignatureAlgorithm {
  return {
    name,
    oid,
    family: name,
    algorithmDer: algorithmIdentifier(oid, ABSENT),
    alternativeDers: [],
  };
}
