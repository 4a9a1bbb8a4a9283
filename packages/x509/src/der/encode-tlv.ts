/** Writes DER values out of parts that are DER already. */

import { constructedContextTag, TAG } from "./tag.ts";

/** Encodes a tag, the length of the contents together, and the contents. */
export function encodeTlv(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const content of contents) length += content.length;
  const size = sizeOfLength(length);
  const der = new Uint8Array(1 + size + length);
  der[0] = tag;
  writeLength(der, { length, size });
  let position = 1 + size;
  for (const content of contents) {
    der.set(content, position);
    position += content.length;
  }
  return der;
}

export function encodeSequence(...contents: readonly Uint8Array[]): Uint8Array {
  return encodeTlv(TAG.sequence, ...contents);
}

/** Encodes a SET OF, its members in the order DER asks for (X.690 §11.6). */
export function encodeSetOf(...members: readonly Uint8Array[]): Uint8Array {
  return encodeTlv(TAG.set, ...members.toSorted(Buffer.compare));
}

/** Encodes a constructed context-specific value `[number]`. */
export function encodeConstructed(number: number, ...contents: readonly Uint8Array[]): Uint8Array {
  return encodeTlv(constructedContextTag(number), ...contents);
}

/** Octets of the length field (X.690 §8.1.3): one for a short length, else one that counts the others. */
function sizeOfLength(length: number): number {
  let size = 1;
  if (length >= 0x80) for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) size += 1;
  return size;
}

/** Writes the length field after the tag. */
function writeLength(der: Uint8Array, { length, size }: { length: number; size: number }): void {
  der[1] = size === 1 ? length : 0x80 | (size - 1);
  let rest = length;
  for (let at = size; at > 1; at -= 1) {
    der[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}
