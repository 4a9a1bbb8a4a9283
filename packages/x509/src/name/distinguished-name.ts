/** A distinguished name (RFC 5280 §4.1.2.4), read into its attributes and shown as RFC 4514 text. */

import { DerReader, type DerValue } from "../der/der-reader.ts";
import { hex } from "../der/hex.ts";
import { readOid } from "../der/object-identifier.ts";
import { TAG } from "../der/tag.ts";
import { shortAttributeName } from "./attribute-types.ts";
import { decodeDirectoryString } from "./directory-string.ts";

export interface NameAttribute {
  oid: string;
  text: string;
  valueDer: Uint8Array;
}

/** The encoding of a name without attributes. */
export const EMPTY_NAME_DER: Uint8Array = Uint8Array.of(0x30, 0x00);

export function isEmptyName(nameDer: Uint8Array): boolean {
  return Buffer.compare(nameDer, EMPTY_NAME_DER) === 0;
}

/** Shows an encoded Name as RFC 4514 text, the last relative name first. */
export function describeName(nameDer: Uint8Array, what: string): string {
  return nameText(readName(nameDer, what));
}

/** Reads an encoded Name into its relative names, in the order they are written. */
export function readName(nameDer: Uint8Array, what: string): NameAttribute[][] {
  const reader = new DerReader(nameDer, what);
  const name = reader.read(TAG.sequence, "name");
  reader.end("name");
  return readRdns(reader.inside(name));
}

/** Reads the relative names to the end of the reader. Unordered and repeated attributes are kept. */
export function readRdns(reader: DerReader): NameAttribute[][] {
  const rdns: NameAttribute[][] = [];
  while (!reader.isAtEnd) {
    const set = reader.enter(TAG.set, "relative name");
    if (set.isAtEnd) throw set.error("relative name is empty, must have an attribute");
    const attributes: NameAttribute[] = [];
    while (!set.isAtEnd) attributes.push(readAttribute(set));
    rdns.push(attributes);
  }
  return rdns;
}

export function nameText(rdns: NameAttribute[][]): string {
  return rdns.toReversed().map(relativeNameText).join(",");
}

export function relativeNameText(attributes: NameAttribute[]): string {
  return attributes.map(attributeText).join("+");
}

function readAttribute(set: DerReader): NameAttribute {
  const reader = set.enter(TAG.sequence, "name attribute");
  const oid = readOid(reader, "name attribute type");
  const value: DerValue = reader.readAny("name attribute value");
  const text = decodeDirectoryString(value, { reader, field: "name attribute value" });
  reader.end("name attribute");
  return { oid, text, valueDer: value.der };
}

/** RFC 4514 §2.4: an attribute type without a short name has its value in hex. */
function attributeText({ oid, text, valueDer }: NameAttribute): string {
  const shortName = shortAttributeName(oid);
  return shortName ? `${shortName}=${escapeValue(text)}` : `${oid}=#${hex(valueDer)}`;
}

function escapeValue(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9.*@:/_-]*$/.test(text)) return text;
  return (
    text
      .replace(/["+,;<>\\]/g, "\\$&")
      .replace(/(?<=.) $/s, "\\ ")
      .replace(/^[ #]/, "\\$&")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a log as they are
      .replace(/[\x00-\x1f\x7f]/g, (c) => `\\${c.charCodeAt(0).toString(16).padStart(2, "0")}`)
  );
}
