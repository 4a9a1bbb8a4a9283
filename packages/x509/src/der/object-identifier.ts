/** OBJECT IDENTIFIER as dotted text. */

import { X509Error } from "../x509-error.ts";
import type { DerReader, DerValue } from "./der-reader.ts";
import { encodeTlv } from "./encode-tlv.ts";
import { TAG } from "./tag.ts";

/** No OID in use is longer, and the cost of decoding one grows with its length. */
const MAX_BYTES = 128;
/** Go's encoding/asn1 reads an arc into an int32. */
const MAX_ARC = 0x7fff_ffff;

export function readOid(reader: DerReader, field: string): string {
  return decodeOid(reader.read(TAG.objectIdentifier, field), { reader, field });
}

/** Decodes the content of an OID whose tag was implicit. */
export function decodeOid(
  value: DerValue,
  { reader, field }: { reader: DerReader; field: string },
): string {
  const { content } = value;
  if (content.length === 0 || content.length > MAX_BYTES) {
    throw reader.error(`${field} is an OID of ${content.length} bytes, must be 1 to ${MAX_BYTES}`);
  }
  let text = "";
  let arc = 0;
  let isInArc = false;
  for (const byte of content) {
    if (!isInArc && byte === 0x80) {
      throw reader.error(`${field} is an OID with a padded arc, must be the shortest`);
    }
    arc = arc * 128 + (byte & 0x7f);
    if (arc > MAX_ARC) throw reader.error(`${field} is an OID with an arc over ${MAX_ARC}`);
    isInArc = byte >= 0x80;
    if (isInArc) continue;
    text = text === "" ? firstArcs(arc) : `${text}.${arc}`;
    arc = 0;
  }
  if (isInArc) throw reader.error(`${field} is an OID cut short, must end with a complete arc`);
  return text;
}

/** The first two arcs are one number (X.690 §8.19.4). */
function firstArcs(joined: number): string {
  const root = Math.min(Math.floor(joined / 40), 2);
  return `${root}.${joined - root * 40}`;
}

/** Few are written again and again; what a request brings along is not kept beyond these. */
const MOST_KEPT = 100;
const encoded = new Map<string, Uint8Array>();

/** Encodes dotted text. Throws `ERR_X509_VALUE` when it is not an OID. */
export function encodeOid(oid: string): Uint8Array {
  const known = encoded.get(oid);
  if (known) return known;
  const der = encodeAnew(oid);
  if (encoded.size < MOST_KEPT) encoded.set(oid, der);
  return der;
}

function encodeAnew(oid: string): Uint8Array {
  const arcs = oid.split(".").map(Number);
  const [root = -1, second = -1, ...rest] = arcs;
  const isOid = /^[0-2](\.(0|[1-9]\d{0,9}))+$/.test(oid) && (root === 2 || second < 40);
  if (!isOid || arcs.some((arc) => arc > MAX_ARC)) {
    throw new X509Error(
      "ERR_X509_VALUE",
      `Cannot encode OID ${JSON.stringify(oid)}: it must be dotted numbers such as 2.5.29.17`,
    );
  }
  return encodeTlv(
    TAG.objectIdentifier,
    Uint8Array.from([root * 40 + second, ...rest].flatMap(encodeArc)),
  );
}

function encodeArc(arc: number): number[] {
  const octets = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) {
    octets.unshift((rest % 128) | 0x80);
  }
  return octets;
}
