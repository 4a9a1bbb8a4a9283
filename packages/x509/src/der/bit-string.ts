/** BIT STRING, as whole bytes (keys, signatures) and as named bits (KeyUsage). */

import type { DerReader, DerValue } from "./der-reader.ts";
import { encodeTlv } from "./encode-tlv.ts";
import { TAG } from "./tag.ts";

/** Reads a BIT STRING of whole bytes. */
export function readBitStringBytes(reader: DerReader, field: string): Uint8Array {
  const value = reader.read(TAG.bitString, field);
  if (value.content[0] !== 0) {
    throw reader.error(`${field} is not a whole number of bytes, must have no unused bits`);
  }
  return value.content.subarray(1);
}

/** Bits that any structure gives a name to are far fewer. */
const MOST_BITS = 32;

/**
 * Reads the numbers of the bits that are set, of the first 32. Trailing zero bits are taken, as Go
 * does, although DER drops them from named bits (X.690 §11.2.2): the meaning is the same.
 */
export function readNamedBits(reader: DerReader, field: string): number[] {
  const value = reader.read(TAG.bitString, field);
  checkUnusedBits(reader, { value, field });
  const bytes = value.content.subarray(1, 1 + MOST_BITS / 8);
  const bits: number[] = [];
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    if (((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0) bits.push(bit);
  }
  return bits;
}

export function encodeBitString(bytes: Uint8Array): Uint8Array {
  return encodeTlv(TAG.bitString, Uint8Array.of(0), bytes);
}

/** Encodes named bits without trailing zero bits. */
export function encodeNamedBits(bits: readonly number[]): Uint8Array {
  if (bits.length === 0) return encodeTlv(TAG.bitString, Uint8Array.of(0));
  const last = Math.max(...bits);
  const bytes = new Uint8Array((last >> 3) + 1);
  for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return encodeTlv(TAG.bitString, Uint8Array.of(7 - (last & 7)), bytes);
}

function checkUnusedBits(reader: DerReader, { value, field }: { value: DerValue; field: string }) {
  const unused = value.content[0] ?? 8;
  const last = value.content.length > 1 ? value.content.at(-1) : undefined;
  const padding = (last ?? 0) & ((1 << unused) - 1);
  if (unused > 7 || (last === undefined && unused > 0) || padding !== 0) {
    throw reader.error(
      `${field} is a malformed BIT STRING, must have 0 to 7 unused bits, all zero`,
    );
  }
}
