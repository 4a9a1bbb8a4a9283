/** INTEGER, read in its only DER spelling (X.690 §8.3.2) and never as a float that lost digits. */

import type { DerReader } from "./der-reader.ts";
import { encodeTlv } from "./encode-tlv.ts";
import { TAG } from "./tag.ts";

/** Reads an INTEGER that is not negative, as big-endian bytes without a sign octet. */
export function readUnsignedInteger(reader: DerReader, field: string): Uint8Array {
  const { content } = reader.read(TAG.integer, field);
  const [first, second] = content;
  if (first === undefined) throw reader.error(`${field} is an empty INTEGER, must have a value`);
  if (second !== undefined && first === 0x00 && second < 0x80) {
    throw reader.error(`${field} is a padded INTEGER, must be the shortest`);
  }
  if (first >= 0x80) throw reader.error(`${field} is negative, must be 0 or more`);
  return first === 0x00 && second !== undefined ? content.subarray(1) : content;
}

/** Reads an INTEGER from 0 to 2³¹−1. */
export function readSmallInteger(reader: DerReader, field: string): number {
  const bytes = readUnsignedInteger(reader, field);
  const value = bytes.length > 4 ? Number.POSITIVE_INFINITY : toNumber(bytes);
  if (value > 0x7fff_ffff) throw reader.error(`${field} is too large, must be at most 2147483647`);
  return value;
}

/** Encodes an unsigned integer given as big-endian bytes. */
export function encodeInteger(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start === -1 ? Uint8Array.of(0) : bytes.subarray(start);
  const sign = (digits[0] ?? 0) >= 0x80 ? Uint8Array.of(0) : new Uint8Array();
  return encodeTlv(TAG.integer, sign, digits);
}

/** The value of up to four big-endian bytes. */
export function toNumber(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

/** How many bits an unsigned big-endian integer has. */
export function bitLength(bytes: Uint8Array): number {
  const start = bytes.findIndex((byte) => byte !== 0);
  if (start === -1) return 0;
  return (bytes.length - start) * 8 - (Math.clz32(bytes[start] ?? 0) - 24);
}
