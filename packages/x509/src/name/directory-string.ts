/**
 * The string types a name may be made of, read as Go's crypto/x509 reads them (parser.go,
 * parseASN1String): cert-manager parses every issued certificate with it, so a string it does not
 * know would make the certificate useless.
 */

import type { DerReader, DerValue } from "../der/der-reader.ts";
import { encodeTlv } from "../der/encode-tlv.ts";
import { describeTag, TAG } from "../der/tag.ts";

const OVER_ASCII = /[\x80-\xff]/;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Decoders by tag. Each returns undefined for bytes that its type does not allow. */
const DECODERS: ReadonlyMap<number, (bytes: Uint8Array) => string | undefined> = new Map([
  [TAG.utf8String, decodeUtf8],
  // `*` and `&` are not PrintableString, but certificates in use have them.
  [TAG.printableString, (bytes) => latin1Matching(bytes, /^[A-Za-z0-9 '()+,\-./:=?*&]*$/)],
  // T.61 is read as Latin-1, which is what its writers meant.
  [TAG.t61String, (bytes) => latin1Matching(bytes, /^/)],
  [TAG.ia5String, decodeAscii],
  [TAG.numericString, (bytes) => latin1Matching(bytes, /^[0-9 ]*$/)],
  [TAG.bmpString, decodeBmp],
]);

export function decodeDirectoryString(
  value: DerValue,
  { reader, field }: { reader: DerReader; field: string },
): string {
  const decode = DECODERS.get(value.tag);
  if (!decode) throw reader.error(`${field} is ${describeTag(value.tag)}, must be a string`);
  const text = decode(value.content);
  if (text === undefined) {
    throw reader.error(`${field} holds bytes that ${describeTag(value.tag)} does not allow`);
  }
  return text;
}

/** Encodes as PrintableString where that is possible, else as UTF8String, as Go does. */
export function encodeDirectoryString(text: string): Uint8Array {
  const isPrintable = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text);
  return encodeTlv(isPrintable ? TAG.printableString : TAG.utf8String, Buffer.from(text));
}

/** Decodes IA5String content: ASCII, control characters included. */
export function decodeAscii(bytes: Uint8Array): string | undefined {
  const text = latin1(bytes);
  return OVER_ASCII.test(text) ? undefined : text;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  const ascii = decodeAscii(bytes);
  if (ascii !== undefined) return ascii;
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function latin1Matching(bytes: Uint8Array, pattern: RegExp): string | undefined {
  const text = latin1(bytes);
  return pattern.test(text) ? text : undefined;
}

/** Without the copy that Buffer.from would make. */
function latin1({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString("latin1");
}

/** UCS-2 without surrogates and noncharacters, and without a terminator at the end. */
function decodeBmp(bytes: Uint8Array): string | undefined {
  if (bytes.length % 2 !== 0) return undefined;
  const text = Buffer.from(bytes).swap16().toString("utf16le");
  if (/[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]/.test(text)) return undefined;
  return text.endsWith("\0") ? text.slice(0, -1) : text;
}
