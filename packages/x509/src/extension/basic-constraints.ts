/** The extension BasicConstraints (RFC 5280 §4.2.1.9). */

import { readOptionalBoolean, TRUE_DER } from "../der/boolean.ts";
import type { DerReader } from "../der/der-reader.ts";
import { encodeSequence } from "../der/encode-tlv.ts";
import { encodeInteger, readSmallInteger } from "../der/integer.ts";
import { TAG } from "../der/tag.ts";
import type { Extension } from "./extension.ts";
import { EXTENSION_OIDS } from "./extension-oids.ts";

/** BasicConstraints (RFC 5280 §4.2.1.9). */
export interface BasicConstraints {
  isCA: boolean;
  /** How many CA certificates may follow below; no bound when left out. */
  pathLength?: number;
}

export function readBasicConstraints(reader: DerReader): BasicConstraints {
  const fields = reader.enter(TAG.sequence, "BasicConstraints");
  const isCA = readOptionalBoolean(fields, "cA");
  const pathLength =
    fields.nextTag === TAG.integer ? readSmallInteger(fields, "pathLenConstraint") : undefined;
  fields.end("BasicConstraints");
  return pathLength === undefined ? { isCA } : { isCA, pathLength };
}

/** Always critical, as Go writes it. */
export function basicConstraintsExtension({ isCA, pathLength }: BasicConstraints): Extension {
  const fields = isCA ? [TRUE_DER] : [];
  if (pathLength !== undefined) fields.push(encodeInteger(Uint8Array.of(pathLength)));
  return {
    oid: EXTENSION_OIDS.basicConstraints,
    critical: true,
    valueDer: encodeSequence(...fields),
  };
}
