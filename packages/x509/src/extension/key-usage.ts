/** The extensions KeyUsage and ExtendedKeyUsage, as cert-manager's words. */

import { encodeNamedBits, readNamedBits } from "../der/bit-string.ts";
import type { DerReader } from "../der/der-reader.ts";
import { encodeSequence } from "../der/encode-tlv.ts";
import { encodeOid, readOid } from "../der/object-identifier.ts";
import { TAG } from "../der/tag.ts";
import type { Extension } from "./extension.ts";
import { EXTENSION_OIDS } from "./extension-oids.ts";
import { keyUsageBits, keyUsageWords, purposeOid, purposeWord } from "./usages.ts";

export function readKeyUsage(reader: DerReader): string[] {
  return keyUsageWords(readNamedBits(reader, "KeyUsage"));
}

export function readExtendedKeyUsage(reader: DerReader): string[] {
  const list = reader.enter(TAG.sequence, "ExtendedKeyUsage");
  const purposes: string[] = [];
  while (!list.isAtEnd) purposes.push(purposeWord(readOid(list, "ExtendedKeyUsage purpose")));
  return purposes;
}

/** Always critical, as Go writes it; no extension for no usage. */
export function keyUsageExtension(words: readonly string[]): Extension | undefined {
  if (words.length === 0) return undefined;
  return {
    oid: EXTENSION_OIDS.keyUsage,
    critical: true,
    valueDer: encodeNamedBits(keyUsageBits(words)),
  };
}

/** Never critical, as Go writes it; no extension for no purpose. */
export function extendedKeyUsageExtension(words: readonly string[]): Extension | undefined {
  if (words.length === 0) return undefined;
  return {
    oid: EXTENSION_OIDS.extendedKeyUsage,
    critical: false,
    valueDer: encodeSequence(...words.map((word) => encodeOid(purposeOid(word)))),
  };
}
