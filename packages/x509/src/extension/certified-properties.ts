/** What CSRs and certificates both say about a key through extensions: its names and its uses. */

import { type BasicConstraints, readBasicConstraints } from "./basic-constraints.ts";
import { type Extension, readExtensionValue } from "./extension.ts";
import { type GeneralName, readGeneralNames } from "./general-name.ts";
import { readExtendedKeyUsage, readKeyUsage } from "./key-usage.ts";

/** What certificates and CSRs say in their extensions, read. */
export interface CertifiedProperties {
  subjectAltNames: GeneralName[];
  /** cert-manager's words, in the order of the bits. */
  keyUsage?: string[];
  /** cert-manager's words, or OIDs where it has none, in the order they were written. */
  extendedKeyUsage?: string[];
  basicConstraints?: BasicConstraints;
}

export function readCertifiedProperties(
  extensions: readonly Extension[],
  what: string,
): CertifiedProperties {
  const keyUsage = readExtensionValue(extensions, { name: "keyUsage", what, read: readKeyUsage });
  const extendedKeyUsage = readExtensionValue(extensions, {
    name: "extendedKeyUsage",
    what,
    read: readExtendedKeyUsage,
  });
  const basicConstraints = readExtensionValue(extensions, {
    name: "basicConstraints",
    what,
    read: readBasicConstraints,
  });
  const subjectAltNames = readExtensionValue(extensions, {
    name: "subjectAltName",
    what,
    read: readGeneralNames,
  });
  return {
    subjectAltNames: subjectAltNames ?? [],
    ...(keyUsage && { keyUsage }),
    ...(extendedKeyUsage && { extendedKeyUsage }),
    ...(basicConstraints && { basicConstraints }),
  };
}
