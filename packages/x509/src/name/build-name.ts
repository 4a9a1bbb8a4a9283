/** Builds the encoded Name of a subject. */

import { encodeSequence, encodeSetOf } from "../der/encode-tlv.ts";
import { encodeOid } from "../der/object-identifier.ts";
import { ATTRIBUTE_TYPES } from "./attribute-types.ts";
import { encodeDirectoryString } from "./directory-string.ts";

/** The attributes of a name. Several values of one make one multi-valued relative name, as in Go. */
export interface Subject {
  commonName?: string;
  country?: string | readonly string[];
  organization?: string | readonly string[];
  organizationalUnit?: string | readonly string[];
  locality?: string | readonly string[];
  state?: string | readonly string[];
  streetAddress?: string | readonly string[];
  postalCode?: string | readonly string[];
  serialNumber?: string;
}

/** In the order Go's pkix.Name writes them. */
const ORDER: readonly (readonly [keyof Subject, string])[] = [
  ["country", ATTRIBUTE_TYPES.C],
  ["organization", ATTRIBUTE_TYPES.O],
  ["organizationalUnit", ATTRIBUTE_TYPES.OU],
  ["locality", ATTRIBUTE_TYPES.L],
  ["state", ATTRIBUTE_TYPES.ST],
  ["streetAddress", ATTRIBUTE_TYPES.street],
  ["postalCode", ATTRIBUTE_TYPES.postalCode],
  ["commonName", ATTRIBUTE_TYPES.CN],
  ["serialNumber", ATTRIBUTE_TYPES.serialNumber],
];

/** Encodes a subject as a Name. A subject without attributes is the empty Name. */
export function buildName(subject: Subject): Uint8Array {
  const rdns = ORDER.flatMap(([field, oid]) => {
    const values = [subject[field] ?? []].flat();
    return values.length > 0 ? [encodeRdn(oid, values)] : [];
  });
  return encodeSequence(...rdns);
}

function encodeRdn(oid: string, values: readonly string[]): Uint8Array {
  const type = encodeOid(oid);
  return encodeSetOf(...values.map((value) => encodeSequence(type, encodeDirectoryString(value))));
}
