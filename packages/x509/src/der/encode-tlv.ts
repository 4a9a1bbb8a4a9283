/** Writes DER values out of parts that are DER already. */

import { constructedContextTag, TAG } from "./tag.ts";

/** Encodes a tag, the length of the contents together, and the contents. */
export function encodeTlv(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, content) => sum + content.length, 0);
  const header = [tag, ...encodeLength(length)];
  const der = new Uint8Array(header.length + length);
  der.set(header);
  let position = header.length;
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

function encodeLength(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 | octets.length, ...octets];
}
