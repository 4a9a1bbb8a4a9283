/** The Extension structure (RFC 5280 §4.1), its value left as bytes. */

import { readOptionalBoolean, TRUE_DER } from "../der/boolean.ts";
import { DerReader } from "../der/der-reader.ts";
import { encodeSequence, encodeTlv } from "../der/encode-tlv.ts";
import { encodeOid, readOid } from "../der/object-identifier.ts";
import { TAG } from "../der/tag.ts";
import { EXTENSION_OIDS, type ExtensionName } from "./extension-oids.ts";

/** An extension as it was written (RFC 5280 §4.2), its value not read. */
export interface Extension {
  oid: string;
  critical: boolean;
  valueDer: Uint8Array;
}

/** An Extensions field in use has a dozen. */
const MAX_EXTENSIONS = 200;

/**
 * Reads an Extensions field. The same extension twice, here or in `earlier` ones, is an error: which
 * one counts would be a guess.
 */
export function readExtensions(reader: DerReader, earlier: readonly Extension[] = []): Extension[] {
  const list = reader.enter(TAG.sequence, "extensions");
  const extensions: Extension[] = [];
  const seen = new Set(earlier.map(({ oid }) => oid));
  while (!list.isAtEnd) {
    const extension = readExtension(list);
    if (seen.has(extension.oid)) {
      throw list.error(`extension ${extension.oid} is there twice, must be there once`);
    }
    if (seen.size === MAX_EXTENSIONS) {
      throw list.error(`extensions are more than ${MAX_EXTENSIONS}, must be fewer`);
    }
    seen.add(extension.oid);
    extensions.push(extension);
  }
  return extensions;
}

export function encodeExtension({ oid, critical, valueDer }: Extension): Uint8Array {
  return encodeSequence(
    encodeOid(oid),
    critical ? TRUE_DER : new Uint8Array(),
    encodeTlv(TAG.octetString, valueDer),
  );
}

export function findExtension(
  extensions: readonly Extension[],
  name: ExtensionName,
): Extension | undefined {
  return extensions.find((extension) => extension.oid === EXTENSION_OIDS[name]);
}

/** Reads an extension's value with `read`, which must use all of it; undefined when not there. */
export function readExtensionValue<T>(
  extensions: readonly Extension[],
  options: { name: ExtensionName; what: string; read: (reader: DerReader) => T },
): T | undefined {
  const extension = findExtension(extensions, options.name);
  if (!extension) return undefined;
  const reader = new DerReader(extension.valueDer, `${options.what}, ${options.name}`);
  const value = options.read(reader);
  reader.end(options.name);
  return value;
}

function readExtension(list: DerReader): Extension {
  const reader = list.enter(TAG.sequence, "extension");
  const oid = readOid(reader, "extension OID");
  const critical = readOptionalBoolean(reader, "extension criticality");
  const valueDer = reader.read(TAG.octetString, "extension value").content;
  reader.end("extension");
  return { oid, critical, valueDer };
}
