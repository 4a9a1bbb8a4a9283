/** Writes the part of a certificate that is signed, byte for byte as Go's x509.CreateCertificate. */

import { encodeConstructed, encodeSequence } from "../der/encode-tlv.ts";
import { encodeInteger } from "../der/integer.ts";
import { encodeTime } from "../der/time.ts";
import {
  authorityInfoAccessExtension,
  crlDistributionPointsExtension,
} from "../extension/access-locations.ts";
import { basicConstraintsExtension } from "../extension/basic-constraints.ts";
import { type Extension, encodeExtension } from "../extension/extension.ts";
import {
  authorityKeyIdentifierExtension,
  keyIdentifier,
  subjectKeyIdentifierExtension,
} from "../extension/key-identifier.ts";
import { extendedKeyUsageExtension, keyUsageExtension } from "../extension/key-usage.ts";
import { parsePublicKey } from "../key/public-key.ts";
import type { CertificateTemplate } from "./certificate-template.ts";

/** What the issuing side adds to a template. */
export interface Issuance {
  /** Unsigned big-endian number. */
  serial: Uint8Array;
  /** AlgorithmIdentifier. */
  algorithmDer: Uint8Array;
  issuerDer: Uint8Array;
  /** The issuer's SubjectKeyIdentifier. */
  issuerKeyId: Uint8Array | undefined;
}

const VERSION_3 = encodeConstructed(0, encodeInteger(Uint8Array.of(2)));

export function encodeTbsCertificate(
  template: CertificateTemplate,
  issuance: Issuance,
): Uint8Array {
  const extensions = listExtensions(template, issuance).map(encodeExtension);
  return encodeSequence(
    VERSION_3,
    encodeInteger(issuance.serial),
    issuance.algorithmDer,
    issuance.issuerDer,
    encodeSequence(encodeTime(template.notBefore), encodeTime(template.notAfter)),
    template.subjectDer,
    template.publicKeyDer,
    encodeConstructed(3, encodeSequence(...extensions)),
  );
}

/** The order is Go's buildCertExtensions, subjectAltName last because cert-manager adds it raw. */
function listExtensions(template: CertificateTemplate, issuance: Issuance): Extension[] {
  const extensions: (Extension | undefined)[] = [
    keyUsageExtension(template.keyUsage),
    extendedKeyUsageExtension(template.extendedKeyUsage),
    basicConstraintsExtension(template),
    subjectKeyIdentifier(template),
    authorityKeyId(template, issuance),
    authorityInfoAccessExtension(template),
    template.nameConstraints,
    crlDistributionPointsExtension(template),
    template.subjectAltName,
  ];
  return extensions.filter((extension) => extension !== undefined);
}

/** Go gives a key identifier to CA certificates only. */
function subjectKeyIdentifier(template: CertificateTemplate): Extension | undefined {
  const { isCA, subjectKeyId, publicKeyDer } = template;
  if (!isCA && !subjectKeyId) return undefined;
  return subjectKeyIdentifierExtension(keyIdentifier(parsePublicKey(publicKeyDer).keyBytes));
}

function authorityKeyId(
  { subjectDer }: CertificateTemplate,
  { issuerDer, issuerKeyId }: Issuance,
): Extension | undefined {
  const isSelfIssued = Buffer.compare(subjectDer, issuerDer) === 0;
  if (isSelfIssued || !issuerKeyId || issuerKeyId.length === 0) return undefined;
  return authorityKeyIdentifierExtension(issuerKeyId);
}
