/** The attribute types that have a short name, by OID (RFC 4519 and the IANA LDAP registry). */

export const ATTRIBUTE_TYPES = {
  CN: "2.5.4.3",
  serialNumber: "2.5.4.5",
  C: "2.5.4.6",
  L: "2.5.4.7",
  ST: "2.5.4.8",
  street: "2.5.4.9",
  O: "2.5.4.10",
  OU: "2.5.4.11",
  postalCode: "2.5.4.17",
  UID: "0.9.2342.19200300.100.1.1",
  DC: "0.9.2342.19200300.100.1.25",
  emailAddress: "1.2.840.113549.1.9.1",
} as const;

const SHORT_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries(ATTRIBUTE_TYPES).map(([name, oid]) => [oid, name]),
);

export function shortAttributeName(oid: string): string | undefined {
  return SHORT_NAMES.get(oid);
}
