/** The extensions SubjectKeyIdentifier and AuthorityKeyIdentifier (RFC 5280 §4.2.1.1, §4.2.1.2). */

import { createHash } from "node:crypto";
import type { DerReader } from "../der/der-reader.ts";
import { encodeSequence, encodeTlv } from "../der/encode-tlv.ts";
import { contextTag, TAG } from "../der/tag.ts";
import type { Extension } from "./extension.ts";
import { EXTENSION_OIDS } from "./extension-oids.ts";

/**
 * Computes a key identifier: the first 160 bits of SHA-256 over the key's BIT STRING content
 * (RFC 7093 §2 method 1), which is what Go does since 1.25.
 */
export function keyIdentifier(keyBytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(keyBytes).digest().subarray(0, 20));
}

export function readSubjectKeyIdentifier(reader: DerReader): Uint8Array {
  return reader.read(TAG.octetString, "SubjectKeyIdentifier").content;
}

/** Reads the keyIdentifier field. Issuer and serial number may follow and are not looked at. */
export function readAuthorityKeyIdentifier(reader: DerReader): Uint8Array | undefined {
  return reader
    .enter(TAG.sequence, "AuthorityKeyIdentifier")
    .readOptional(contextTag(0), "keyIdentifier")?.content;
}

export function subjectKeyIdentifierExtension(keyId: Uint8Array): Extension {
  return {
    oid: EXTENSION_OIDS.subjectKeyIdentifier,
    critical: false,
    valueDer: encodeTlv(TAG.octetString, keyId),
  };
}

export function authorityKeyIdentifierExtension(keyId: Uint8Array): Extension {
  return {
    oid: EXTENSION_OIDS.authorityKeyIdentifier,
    critical: false,
    valueDer: encodeSequence(encodeTlv(contextTag(0), keyId)),
  };
}
