/** The extensions that say where to ask about an issuer: AuthorityInfoAccess and CRLDistributionPoints. */

import { encodeConstructed, encodeSequence, encodeTlv } from "../der/encode-tlv.ts";
import { encodeOid } from "../der/object-identifier.ts";
import { contextTag } from "../der/tag.ts";
import { X509Error } from "../x509-error.ts";
import type { Extension } from "./extension.ts";
import { EXTENSION_OIDS } from "./extension-oids.ts";
import { isReadableUri } from "./uri-text.ts";

const ACCESS_METHODS = { ocsp: "1.3.6.1.5.5.7.48.1", caIssuers: "1.3.6.1.5.5.7.48.2" } as const;

/** URLs by what they answer; cert-manager's CA issuer has the same three fields. */
export interface AccessLocations {
  ocspServers?: readonly string[];
  issuingCertificateUrls?: readonly string[];
  crlDistributionPoints?: readonly string[];
}

/** OCSP servers first, then issuing certificates (RFC 5280 §4.2.2.1). */
export function authorityInfoAccessExtension(locations: AccessLocations): Extension | undefined {
  const descriptions = [
    ...(locations.ocspServers ?? []).map((url) => describeAccess("ocsp", url)),
    ...(locations.issuingCertificateUrls ?? []).map((url) => describeAccess("caIssuers", url)),
  ];
  if (descriptions.length === 0) return undefined;
  return {
    oid: EXTENSION_OIDS.authorityInfoAccess,
    critical: false,
    valueDer: encodeSequence(...descriptions),
  };
}

/** One distribution point a URL (RFC 5280 §4.2.1.13). */
export function crlDistributionPointsExtension(locations: AccessLocations): Extension | undefined {
  const urls = locations.crlDistributionPoints ?? [];
  if (urls.length === 0) return undefined;
  const points = urls.map((url) =>
    encodeSequence(encodeConstructed(0, encodeConstructed(0, encodeUrl(url)))),
  );
  return {
    oid: EXTENSION_OIDS.crlDistributionPoints,
    critical: false,
    valueDer: encodeSequence(...points),
  };
}

function describeAccess(method: keyof typeof ACCESS_METHODS, url: string): Uint8Array {
  return encodeSequence(encodeOid(ACCESS_METHODS[method]), encodeUrl(url));
}

function encodeUrl(url: string): Uint8Array {
  if (url === "" || !isReadableUri(url)) {
    throw new X509Error(
      "ERR_X509_VALUE",
      `Cannot encode URL: it is ${JSON.stringify(url)}, must be a URI in ASCII`,
    );
  }
  return encodeTlv(contextTag(6), Buffer.from(url, "latin1"));
}
