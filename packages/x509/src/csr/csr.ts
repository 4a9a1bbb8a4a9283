/** A certificate signing request (PKCS#10, RFC 2986), read strictly. */

import type { DerReader } from "../der/der-reader.ts";
import { readSmallInteger } from "../der/integer.ts";
import { readOid } from "../der/object-identifier.ts";
import { constructedContextTag, TAG } from "../der/tag.ts";
import { type DerInputOptions, derOf } from "../der-input.ts";
import {
  type CertifiedProperties,
  readCertifiedProperties,
} from "../extension/certified-properties.ts";
import { type Extension, readExtensions } from "../extension/extension.ts";
import { parsePublicKey } from "../key/public-key.ts";
import { describeName } from "../name/distinguished-name.ts";
import { PEM_LIMITS } from "../pem.ts";
import { readSignedStructure, type SignedStructure } from "../signature/signed-structure.ts";

/** A CSR as it was sent. Nothing in it is verified: see `verifyCsrSignature`. */
export interface Csr extends SignedStructure, CertifiedProperties {
  subjectDer: Uint8Array;
  /** RFC 4514 text. */
  subject: string;
  /** SubjectPublicKeyInfo. */
  publicKeyDer: Uint8Array;
  /** Such as `RSA 2048`. */
  publicKey: string;
  /** In the order requested. */
  extensions: Extension[];
}

/** extensionRequest, RFC 2985 §5.4.2. */
export const EXTENSION_REQUEST: string = "1.2.840.113549.1.9.14";

const INPUT: DerInputOptions = {
  what: "CSR",
  labels: ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"],
  maxBytes: PEM_LIMITS.csr,
};

/**
 * Parses a CSR given as PEM text or DER bytes.
 *
 * As in cert-manager the first PEM block counts; unlike it, the label must be that of a CSR. Also
 * refused, where Go is lenient, is what two readers could understand differently: versions other
 * than 0, bytes after the last field of a structure, several values in one extensionRequest,
 * malformed attributes. Throws `ERR_X509_PEM`, `ERR_X509_DER` or `ERR_X509_TOO_LARGE`.
 */
export function parseCsr(input: string | Uint8Array): Csr {
  const { signed, tbs } = readSignedStructure(derOf(input, INPUT), INPUT.what);
  const version = readSmallInteger(tbs, "version");
  if (version !== 0) throw tbs.error(`version is ${version}, must be 0`);
  const subjectDer = tbs.read(TAG.sequence, "subject").der;
  const publicKeyDer = tbs.read(TAG.sequence, "public key").der;
  const attributes = tbs.enter(constructedContextTag(0), "attributes");
  tbs.end("attributes");
  const extensions = readRequestedExtensions(attributes);
  return {
    ...signed,
    subjectDer,
    subject: describeName(subjectDer, "CSR, subject"),
    publicKeyDer,
    publicKey: parsePublicKey(publicKeyDer, "CSR, public key").description,
    extensions,
    ...readCertifiedProperties(extensions, INPUT.what),
  };
}

/**
 * Reads the extensions of all extensionRequest attributes together, as Go does. Other attributes,
 * challengePassword among them, are not looked into.
 */
function readRequestedExtensions(attributes: DerReader): Extension[] {
  const extensions: Extension[] = [];
  while (!attributes.isAtEnd) {
    const attribute = attributes.enter(TAG.sequence, "attribute");
    const oid = readOid(attribute, "attribute type");
    const values = attribute.enter(TAG.set, "attribute values");
    attribute.end("attribute values");
    // No value asks for nothing: Go and OpenSSL agree.
    if (oid !== EXTENSION_REQUEST || values.isAtEnd) continue;
    extensions.push(...readExtensions(values, extensions));
    values.end("extensionRequest value");
  }
  return extensions;
}
