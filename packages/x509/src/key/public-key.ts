/**
 * A public key (SubjectPublicKeyInfo), its structure checked before OpenSSL sees it: OpenSSL takes
 * compressed points, explicit curves and left-out parameters, which Go refuses.
 */

import { readAlgorithmOid } from "../der/algorithm-identifier.ts";
import { readBitStringBytes } from "../der/bit-string.ts";
import { DerReader } from "../der/der-reader.ts";
import { bitLength, readUnsignedInteger, toNumber } from "../der/integer.ts";
import { TAG } from "../der/tag.ts";
import { type KeyType, keyTypeOf } from "./key-types.ts";

export interface PublicKey {
  spkiDer: Uint8Array;
  /** Undefined for an algorithm that is not in the table: such a key is carried, never used. */
  type: KeyType | undefined;
  /** Size of an RSA modulus. */
  bits?: number;
  /** Content of the BIT STRING. */
  keyBytes: Uint8Array;
  /** As shown to users: `RSA 2048`, `ECDSA P-256`, `Ed25519`, or `unknown (OID)`. */
  description: string;
}

/** OpenSSL verifies with no larger one. */
const MAX_RSA_BITS = 16_384;

export function parsePublicKey(spkiDer: Uint8Array, what: string = "public key"): PublicKey {
  const outer = new DerReader(spkiDer, what);
  const fields = outer.enter(TAG.sequence, "public key");
  outer.end("public key");
  const algorithm = fields.read(TAG.sequence, "public key algorithm");
  const keyBytes = readBitStringBytes(fields, "public key bits");
  fields.end("public key bits");
  const type = keyTypeOf(algorithm.der);
  if (!type) {
    const oid = readAlgorithmOid(fields.inside(algorithm), "public key algorithm");
    return { spkiDer, type, keyBytes, description: `unknown (${oid})` };
  }
  checkKeyBytes(type, { keyBytes, fields });
  if (type.keyBytes !== undefined) return { spkiDer, type, keyBytes, description: type.name };
  const bits = readRsaBits(new DerReader(keyBytes, `${what}, RSA key`));
  return { spkiDer, type, bits, keyBytes, description: `${type.name} ${bits}` };
}

/** Shows the key type and size of a SubjectPublicKeyInfo, as `RSA 2048` or `ECDSA P-256`. */
export function describePublicKey(spkiDer: Uint8Array): string {
  return parsePublicKey(spkiDer).description;
}

/** Compares two SubjectPublicKeyInfo: as each key has one spelling here, bytes decide. */
export function publicKeysEqual(aDer: Uint8Array, bDer: Uint8Array): boolean {
  return Buffer.compare(aDer, bDer) === 0;
}

function checkKeyBytes(
  type: KeyType,
  { keyBytes, fields }: { keyBytes: Uint8Array; fields: DerReader },
): void {
  if (type.keyBytes !== undefined && keyBytes.length !== type.keyBytes) {
    throw fields.error(
      `${type.name} key is ${keyBytes.length} bytes, must be ${type.keyBytes}${type.firstByte === undefined ? "" : " (an uncompressed point)"}`,
    );
  }
  if (type.firstByte !== undefined && keyBytes[0] !== type.firstByte) {
    throw fields.error(`${type.name} key is not an uncompressed point, must be one`);
  }
}

/** RFC 8017 §A.1.1. A large exponent would make each verification slow. */
function readRsaBits(outer: DerReader): number {
  const fields = outer.enter(TAG.sequence, "RSA key");
  outer.end("RSA key");
  const bits = bitLength(readUnsignedInteger(fields, "modulus"));
  const exponent = readUnsignedInteger(fields, "exponent");
  fields.end("exponent");
  if (bits === 0 || bits > MAX_RSA_BITS) {
    throw fields.error(`modulus is ${bits} bits, must be 1 to ${MAX_RSA_BITS}`);
  }
  const value = exponent.length > 4 ? Number.POSITIVE_INFINITY : toNumber(exponent);
  if (value < 3 || value > 0x7fff_ffff || value % 2 === 0) {
    throw fields.error("exponent is even or out of range, must be odd and from 3 to 2147483647");
  }
  return bits;
}
