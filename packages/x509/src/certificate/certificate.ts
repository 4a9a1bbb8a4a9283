/** An X.509 certificate (RFC 5280 §4.1), read strictly. */

import type { DerReader } from "../der/der-reader.ts";
import { hex } from "../der/hex.ts";
import { readSmallInteger, readUnsignedInteger } from "../der/integer.ts";
import { constructedContextTag, contextTag, TAG } from "../der/tag.ts";
import { readTime } from "../der/time.ts";
import { type DerInputOptions, derOf, derOfBlock } from "../der-input.ts";
import {
  type CertifiedProperties,
  readCertifiedProperties,
} from "../extension/certified-properties.ts";
import { type Extension, readExtensions, readExtensionValue } from "../extension/extension.ts";
import {
  readAuthorityKeyIdentifier,
  readSubjectKeyIdentifier,
} from "../extension/key-identifier.ts";
import { parsePublicKey } from "../key/public-key.ts";
import { describeName } from "../name/distinguished-name.ts";
import { decodePem, PEM_LIMITS } from "../pem.ts";
import { readSignedStructure, type SignedStructure } from "../signature/signed-structure.ts";
import { X509Error } from "../x509-error.ts";

/** A certificate as it was read. Nothing in it is verified: see `verifySignedBy`. */
export interface Certificate extends SignedStructure, CertifiedProperties {
  /** 1 to 3. Only a version 3 certificate has extensions. */
  version: number;
  /** Lower case, two digits a byte. */
  serialHex: string;
  issuerDer: Uint8Array;
  subjectDer: Uint8Array;
  /** RFC 4514 text. */
  issuer: string;
  /** RFC 4514 text. */
  subject: string;
  notBefore: Date;
  /** The last second the certificate is valid in. */
  notAfter: Date;
  /** SubjectPublicKeyInfo. */
  publicKeyDer: Uint8Array;
  /** Such as `RSA 2048`. */
  publicKey: string;
  extensions: Extension[];
  subjectKeyId?: Uint8Array;
  authorityKeyId?: Uint8Array;
}

const INPUT: DerInputOptions = {
  what: "certificate",
  labels: ["CERTIFICATE"],
  maxBytes: PEM_LIMITS.certificate,
};

/**
 * Parses one certificate given as PEM text or DER bytes; of several PEM blocks, the first. Throws
 * `ERR_X509_PEM`, `ERR_X509_DER` or `ERR_X509_TOO_LARGE`.
 */
export function parseCertificate(input: string | Uint8Array): Certificate {
  const maxBytes = typeof input === "string" ? PEM_LIMITS.bundle : INPUT.maxBytes;
  return parseDer(derOf(input, { ...INPUT, maxBytes }));
}

/**
 * Parses every block of a PEM text, in its order. Each must be a certificate, and there must be one.
 */
export function parseCertificates(
  pem: string,
  /** `maxBytes` of PEM. @default PEM_LIMITS.bundle */
  options: { maxBytes?: number } = {},
): Certificate[] {
  const blocks = decodePem(pem, options);
  if (blocks.length === 0) {
    throw new X509Error(
      "ERR_X509_PEM",
      "Cannot parse certificates: input has no PEM block, must have one labelled CERTIFICATE",
    );
  }
  return blocks.map((block) => parseDer(derOfBlock(block, INPUT)));
}

function parseDer(der: Uint8Array): Certificate {
  const { what } = INPUT;
  const { signed, tbs } = readSignedStructure(der, what);
  const version = readVersion(tbs);
  const serialNumber = readUnsignedInteger(tbs, "serial number");
  checkInnerAlgorithm(tbs, signed);
  const issuerDer = tbs.read(TAG.sequence, "issuer").der;
  const validity = tbs.enter(TAG.sequence, "validity");
  const notBefore = readTime(validity, "notBefore");
  const notAfter = readTime(validity, "notAfter");
  validity.end("notAfter");
  const subjectDer = tbs.read(TAG.sequence, "subject").der;
  const publicKeyDer = tbs.read(TAG.sequence, "public key").der;
  const extensions = readVersionedExtensions(tbs, version);
  tbs.end("extensions");
  return {
    ...signed,
    version,
    serialHex: hex(serialNumber),
    issuerDer,
    issuer: describeName(issuerDer, "certificate, issuer"),
    notBefore,
    notAfter,
    subjectDer,
    subject: describeName(subjectDer, "certificate, subject"),
    publicKeyDer,
    publicKey: parsePublicKey(publicKeyDer, "certificate, public key").description,
    extensions,
    ...readCertifiedProperties(extensions, what),
    ...readKeyIds(extensions),
  };
}

function readVersion(tbs: DerReader): number {
  const field = tbs.readOptional(constructedContextTag(0), "version");
  if (!field) return 1;
  const reader = tbs.inside(field);
  const version = readSmallInteger(reader, "version") + 1;
  reader.end("version");
  if (version > 3) throw tbs.error(`version is ${version}, must be 1 to 3`);
  return version;
}

/** RFC 5280 §4.1.1.2. The inner one is what the signature covers. */
function checkInnerAlgorithm(tbs: DerReader, signed: SignedStructure): void {
  const inner = tbs.read(TAG.sequence, "inner signature algorithm");
  if (Buffer.compare(inner.der, signed.signatureAlgorithmDer) !== 0) {
    throw tbs.error("inner signature algorithm differs from the outer, must be the same");
  }
}

function readVersionedExtensions(tbs: DerReader, version: number): Extension[] {
  if (version > 1) {
    tbs.readOptional(contextTag(1), "issuerUniqueID");
    tbs.readOptional(contextTag(2), "subjectUniqueID");
  }
  const field = version === 3 && tbs.readOptional(constructedContextTag(3), "extensions");
  if (!field) return [];
  const reader = tbs.inside(field);
  const extensions = readExtensions(reader);
  reader.end("extensions");
  return extensions;
}

function readKeyIds(extensions: Extension[]): Pick<Certificate, "subjectKeyId" | "authorityKeyId"> {
  const what = INPUT.what;
  const subjectKeyId = readExtensionValue(extensions, {
    name: "subjectKeyIdentifier",
    what,
    read: readSubjectKeyIdentifier,
  });
  const authorityKeyId = readExtensionValue(extensions, {
    name: "authorityKeyIdentifier",
    what,
    read: readAuthorityKeyIdentifier,
  });
  return { ...(subjectKeyId && { subjectKeyId }), ...(authorityKeyId && { authorityKeyId }) };
}
