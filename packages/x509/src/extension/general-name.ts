/** GeneralName (RFC 5280 §4.2.1.6): every kind of subject alternative name, shown as text. */

import type { DerReader, DerValue } from "../der/der-reader.ts";
import { hex } from "../der/hex.ts";
import { decodeOid, readOid } from "../der/object-identifier.ts";
import { constructedContextTag, contextTag, describeTag, TAG } from "../der/tag.ts";
import { decodeAscii, decodeDirectoryString } from "../name/directory-string.ts";
import { nameText, readRdns } from "../name/distinguished-name.ts";
import { ipAddressText } from "./ip-address.ts";
import { isReadableUri } from "./uri-text.ts";

/** The choices of GeneralName (RFC 5280 §4.2.1.6), in the order of their tags. */
export type GeneralNameKind =
  | "otherName"
  | "email"
  | "dns"
  | "x400Address"
  | "directoryName"
  | "ediPartyName"
  | "uri"
  | "ip"
  | "registeredId";

/** A name of a SubjectAltName. */
export interface GeneralName {
  kind: GeneralNameKind;
  /**
   * The name as text, not escaped: a requester may have put control characters into it. What has
   * no text form is `#` and hex, cut after 256 bytes; otherName is `OID:text` or `OID:#hex`.
   */
  value: string;
  /** The name as it was written, tag and length included. */
  der: Uint8Array;
}

interface Kind {
  kind: GeneralNameKind;
  text: (value: DerValue, reader: DerReader) => string;
}

/**
 * By identifier octet. Another octet is refused, where Go skips it: a verifier that reads it as a
 * name after all must not find one that we did not show.
 */
const KINDS: ReadonlyMap<number, Kind> = new Map([
  [constructedContextTag(0), { kind: "otherName", text: otherNameText }],
  [contextTag(1), { kind: "email", text: asciiText }],
  [contextTag(2), { kind: "dns", text: asciiText }],
  [constructedContextTag(3), { kind: "x400Address", text: hexText }],
  [constructedContextTag(4), { kind: "directoryName", text: directoryNameText }],
  [constructedContextTag(5), { kind: "ediPartyName", text: hexText }],
  [contextTag(6), { kind: "uri", text: uriText }],
  [contextTag(7), { kind: "ip", text: ipText }],
  [contextTag(8), { kind: "registeredId", text: oidText }],
]);

export function generalNameKind(tag: number): GeneralNameKind | undefined {
  return KINDS.get(tag)?.kind;
}

export function readGeneralNames(reader: DerReader): GeneralName[] {
  const list = reader.enter(TAG.sequence, "GeneralNames");
  const names: GeneralName[] = [];
  while (!list.isAtEnd) {
    const value = list.readAny("GeneralName");
    const kind = KINDS.get(value.tag);
    if (!kind) {
      throw list.error(`GeneralName is ${describeTag(value.tag)}, must be one of [0] to [8]`);
    }
    names.push({ kind: kind.kind, value: kind.text(value, list), der: value.der });
  }
  return names;
}

/** Decodes the IA5String of a name. */
export function asciiText(value: DerValue, reader: DerReader): string {
  const text = decodeAscii(value.content);
  if (text === undefined) throw reader.error("GeneralName holds bytes over 7f, must be ASCII");
  return text;
}

function uriText(value: DerValue, reader: DerReader): string {
  const text = asciiText(value, reader);
  if (!isReadableUri(text))
    throw reader.error("uniformResourceIdentifier is not a URI, must be one");
  return text;
}

function otherNameText(value: DerValue, list: DerReader): string {
  const reader = list.inside(value);
  const oid = readOid(reader, "otherName type");
  const wrapper = reader.enter(constructedContextTag(0), "otherName value");
  reader.end("otherName");
  const inner = wrapper.readAny("otherName value");
  wrapper.end("otherName value");
  const isText = inner.tag === TAG.utf8String || inner.tag === TAG.ia5String;
  const text = isText
    ? decodeDirectoryString(inner, { reader: wrapper, field: "otherName value" })
    : hexText(inner);
  return `${oid}:${text}`;
}

function directoryNameText(value: DerValue, list: DerReader): string {
  const reader = list.inside(value);
  const name = reader.enter(TAG.sequence, "directoryName");
  reader.end("directoryName");
  return nameText(readRdns(name));
}

function ipText(value: DerValue, reader: DerReader): string {
  const { length } = value.content;
  if (length !== 4 && length !== 16) {
    throw reader.error(`IP address is ${length} bytes, must be 4 or 16`);
  }
  return ipAddressText(value.content);
}

function oidText(value: DerValue, reader: DerReader): string {
  return decodeOid(value, { reader, field: "registeredID" });
}

/** What is longer is cut: `der` has it whole. */
const MOST_HEX_BYTES = 256;

function hexText({ der }: DerValue): string {
  const isCut = der.length > MOST_HEX_BYTES;
  return `#${hex(isCut ? der.subarray(0, MOST_HEX_BYTES) : der)}${isCut ? "…" : ""}`;
}
