/**
 * The extension NameConstraints (RFC 5280 §4.2.1.10), re-encoded as cert-manager's CA issuer does:
 * DNS names, IP ranges with host bits cleared, email addresses, URI domains, in this order.
 * Source: cert-manager pkg/util/pki/nameconstraints.go.
 */

import { DerReader, type DerValue } from "../der/der-reader.ts";
import { encodeConstructed, encodeSequence, encodeTlv } from "../der/encode-tlv.ts";
import { constructedContextTag, contextTag, describeTag, TAG } from "../der/tag.ts";
import { isDomainConstraint, isEmailConstraint, isUriConstraint } from "./constraint-text.ts";
import type { Extension } from "./extension.ts";
import { asciiText, type GeneralNameKind, generalNameKind } from "./general-name.ts";

const IP_TAG = contextTag(7);

/** Kinds of name in the order of writing, each with what its text must be. */
const KINDS: readonly { tag: number; isReadable?: (text: string) => boolean }[] = [
  { tag: contextTag(2), isReadable: isDomainConstraint },
  { tag: IP_TAG },
  { tag: contextTag(1), isReadable: isEmailConstraint },
  { tag: contextTag(6), isReadable: isUriConstraint },
];

/** One subtree, for a verifier: a kind of name and the bytes that bound it. */
export interface Constraint {
  kind: GeneralNameKind;
  content: Uint8Array;
}

/** Reads all constraints of a certificate, of kinds that cannot be compared too. */
export function readNameConstraints(
  extension: Extension,
  what: string,
): { permitted: Constraint[]; excluded: Constraint[] } {
  const outer = new DerReader(extension.valueDer, `${what}, nameConstraints`);
  const fields = outer.enter(TAG.sequence, "NameConstraints");
  outer.end("NameConstraints");
  const permitted = readConstraints(fields, 0);
  const excluded = readConstraints(fields, 1);
  fields.end("NameConstraints");
  return { permitted, excluded };
}

function readConstraints(fields: DerReader, number: number): Constraint[] {
  const value = fields.readOptional(constructedContextTag(number), "subtrees");
  if (!value) return [];
  const list = fields.inside(value);
  const constraints: Constraint[] = [];
  while (!list.isAtEnd) {
    const reader = list.enter(TAG.sequence, "subtree");
    const base = reader.readAny("subtree base");
    reader.end("subtree base");
    const kind = generalNameKind(base.tag);
    if (!kind) throw reader.error(`subtree base is ${describeTag(base.tag)}, must be a name`);
    if (kind === "ip") checkRange(base.content, reader);
    constraints.push({ kind, content: base.content });
  }
  return constraints;
}

/** Returns the extension with its value re-encoded and its criticality kept. */
export function normaliseNameConstraints(extension: Extension, what: string): Extension {
  const outer = new DerReader(extension.valueDer, `${what}, nameConstraints`);
  const fields = outer.enter(TAG.sequence, "NameConstraints");
  outer.end("NameConstraints");
  const permitted = readSubtrees(fields, 0);
  const excluded = readSubtrees(fields, 1);
  fields.end("NameConstraints");
  if (permitted.length === 0 && excluded.length === 0) {
    throw fields.error("NameConstraints are empty, must permit or exclude a name");
  }
  return {
    ...extension,
    valueDer: encodeSequence(...encodeSubtrees(permitted, 0), ...encodeSubtrees(excluded, 1)),
  };
}

function encodeSubtrees(subtrees: Uint8Array[], number: number): Uint8Array[] {
  return subtrees.length > 0 ? [encodeConstructed(number, ...subtrees)] : [];
}

/** Reads GeneralSubtrees `[number]` and returns each encoded anew, in the order of writing. */
function readSubtrees(fields: DerReader, number: number): Uint8Array[] {
  const value = fields.readOptional(constructedContextTag(number), "subtrees");
  if (!value) return [];
  const list = fields.inside(value);
  const bases: DerValue[] = [];
  while (!list.isAtEnd) bases.push(readBase(list));
  return KINDS.flatMap(({ tag }) => bases.filter((base) => base.tag === tag)).map((base) =>
    encodeSequence(
      encodeTlv(base.tag, base.tag === IP_TAG ? clearHostBits(base.content) : base.content),
    ),
  );
}

function readBase(list: DerReader): DerValue {
  const reader = list.enter(TAG.sequence, "subtree");
  const base = reader.readAny("subtree base");
  // minimum and maximum: RFC 5280 forbids them, and dropping a bound would widen the constraint.
  reader.end("subtree base");
  const kind = KINDS.find(({ tag }) => tag === base.tag);
  if (!kind) {
    throw reader.error(
      `subtree base is ${describeTag(base.tag)}, must be a DNS name, IP range, email or URI`,
    );
  }
  if (!kind.isReadable) checkRange(base.content, reader);
  else if (!kind.isReadable(asciiText(base, reader))) {
    throw reader.error("subtree base is not a domain or mailbox, must be one");
  }
  return base;
}

function checkRange(range: Uint8Array, reader: DerReader): void {
  if (range.length !== 8 && range.length !== 32) {
    throw reader.error(`IP range is ${range.length} bytes, must be 8 or 32`);
  }
  const bits = [...range.subarray(range.length / 2)]
    .map((byte) => byte.toString(2).padStart(8, "0"))
    .join("");
  if (!/^1*0*$/.test(bits)) throw reader.error("IP range has a mask with gaps, must be a prefix");
}

function clearHostBits(range: Uint8Array): Uint8Array {
  const half = range.length / 2;
  return range.map((byte, i) => (i < half ? byte & (range[half + i] ?? 0) : byte));
}
