/** Builds a subjectAltName extension from names in text form. */

import { encodeSequence, encodeTlv } from "../der/encode-tlv.ts";
import { contextTag } from "../der/tag.ts";
import { X509Error } from "../x509-error.ts";
import type { Extension } from "./extension.ts";
import { EXTENSION_OIDS } from "./extension-oids.ts";
import { ipAddressBytes } from "./ip-address.ts";

/** The names of a SubjectAltName that is to be written, by kind. */
export interface AlternativeNames {
  dnsNames?: readonly string[];
  emails?: readonly string[];
  ipAddresses?: readonly string[];
  uris?: readonly string[];
}

/** In the order Go's marshalSANs writes them. */
const ORDER: readonly (readonly [keyof AlternativeNames, number, (text: string) => Uint8Array])[] =
  [
    ["dnsNames", 2, asciiBytes],
    ["emails", 1, asciiBytes],
    ["ipAddresses", 7, ipAddressBytes],
    ["uris", 6, asciiBytes],
  ];

/** Returns no extension when there is no name. Critical where the subject is empty (RFC 5280 §4.2.1.6). */
export function buildSubjectAltName(
  names: AlternativeNames,
  options: { critical: boolean },
): Extension | undefined {
  const encoded = ORDER.flatMap(([field, number, bytes]) =>
    (names[field] ?? []).map((name) => encodeTlv(contextTag(number), bytes(name))),
  );
  if (encoded.length === 0) return undefined;
  return {
    oid: EXTENSION_OIDS.subjectAltName,
    critical: options.critical,
    valueDer: encodeSequence(...encoded),
  };
}

function asciiBytes(text: string): Uint8Array {
  if (!/^[\x20-\x7e]+$/.test(text)) {
    throw new X509Error(
      "ERR_X509_VALUE",
      `Cannot encode name: it is ${JSON.stringify(text)}, must be printable ASCII`,
    );
  }
  return Buffer.from(text, "latin1");
}
