/** The envelope that CSRs and certificates share: what is signed, with what, and the signature. */

import { readAlgorithmOid } from "../der/algorithm-identifier.ts";
import { encodeBitString, readBitStringBytes } from "../der/bit-string.ts";
import { DerReader } from "../der/der-reader.ts";
import { encodeSequence } from "../der/encode-tlv.ts";
import { TAG } from "../der/tag.ts";
import { signatureAlgorithmOf } from "./signature-algorithms.ts";

/** A certificate or CSR as far as both are alike: what is signed, how, and the signature. */
export interface SignedStructure {
  /** The whole structure. */
  der: Uint8Array;
  /** The bytes that are signed. */
  tbsDer: Uint8Array;
  /** AlgorithmIdentifier. */
  signatureAlgorithmDer: Uint8Array;
  /** Its name in the algorithm table, or its OID. */
  signatureAlgorithm: string;
  signature: Uint8Array;
}

/** Reads the envelope and returns a reader of what is signed. */
export function readSignedStructure(
  der: Uint8Array,
  what: string,
): { signed: SignedStructure; tbs: DerReader } {
  const outer = new DerReader(der, what);
  const fields = outer.enter(TAG.sequence, what);
  outer.end(what);
  const tbs = fields.read(TAG.sequence, "signed part");
  const algorithm = fields.read(TAG.sequence, "signature algorithm");
  const signature = readBitStringBytes(fields, "signature");
  fields.end("signature");
  const signed: SignedStructure = {
    der,
    tbsDer: tbs.der,
    signatureAlgorithmDer: algorithm.der,
    signatureAlgorithm:
      signatureAlgorithmOf(algorithm.der)?.name ??
      readAlgorithmOid(fields.inside(algorithm), "signature algorithm"),
    signature,
  };
  return { signed, tbs: fields.inside(tbs) };
}

export function encodeSignedStructure(
  tbsDer: Uint8Array,
  { algorithmDer, signature }: { algorithmDer: Uint8Array; signature: Uint8Array },
): Uint8Array {
  return encodeSequence(tbsDer, algorithmDer, encodeBitString(signature));
}
