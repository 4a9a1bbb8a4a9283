/**
 * cert-manager's usages: one table from its words to KeyUsage bits (RFC 5280 §4.2.1.3) and
 * ExtendedKeyUsage OIDs (§4.2.1.12). Source: cert-manager pkg/api/util/usages.go and
 * pkg/util/pki/asn1_util.go.
 */

import { X509Error } from "../x509-error.ts";

type UsageRow =
  | { usage: string; bit: number; aliases?: readonly string[] }
  | { usage: string; oid: string; aliases?: readonly string[] };

const USAGES: readonly UsageRow[] = [
  { usage: "digital signature", bit: 0, aliases: ["signing"] },
  { usage: "content commitment", bit: 1 },
  { usage: "key encipherment", bit: 2 },
  { usage: "data encipherment", bit: 3 },
  { usage: "key agreement", bit: 4 },
  { usage: "cert sign", bit: 5 },
  { usage: "crl sign", bit: 6 },
  { usage: "encipher only", bit: 7 },
  { usage: "decipher only", bit: 8 },
  { usage: "any", oid: "2.5.29.37.0" },
  { usage: "server auth", oid: "1.3.6.1.5.5.7.3.1" },
  { usage: "client auth", oid: "1.3.6.1.5.5.7.3.2" },
  { usage: "code signing", oid: "1.3.6.1.5.5.7.3.3" },
  { usage: "email protection", oid: "1.3.6.1.5.5.7.3.4", aliases: ["s/mime"] },
  { usage: "ipsec end system", oid: "1.3.6.1.5.5.7.3.5" },
  { usage: "ipsec tunnel", oid: "1.3.6.1.5.5.7.3.6" },
  { usage: "ipsec user", oid: "1.3.6.1.5.5.7.3.7" },
  { usage: "timestamping", oid: "1.3.6.1.5.5.7.3.8" },
  { usage: "ocsp signing", oid: "1.3.6.1.5.5.7.3.9" },
  { usage: "microsoft sgc", oid: "1.3.6.1.4.1.311.10.3.3" },
  { usage: "netscape sgc", oid: "2.16.840.1.113730.4.1" },
];

/**
 * Purposes Go has a constant for but cert-manager has no usage: they take part in the comparison of
 * CSR and request, which therefore always fails, while purposes unknown to Go are carried over.
 */
const NAMELESS_PURPOSES: readonly string[] = ["1.3.6.1.4.1.311.2.1.22", "1.3.6.1.4.1.311.61.1.1"];

const ROW_BY_WORD: ReadonlyMap<string, UsageRow> = new Map(
  USAGES.flatMap((row) => [row.usage, ...(row.aliases ?? [])].map((word) => [word, row])),
);
const WORD_BY_CODE: ReadonlyMap<number | string, string> = new Map(
  USAGES.map((row) => ["bit" in row ? row.bit : row.oid, row.usage]),
);

/** What a list of usages asks for. Purposes keep their order and repetitions, bits have neither. */
export interface ResolvedUsages {
  /** KeyUsage, as cert-manager's words in the order of the bits. */
  keyUsage: string[];
  /** ExtendedKeyUsage, as cert-manager's words, or as OIDs where it has none. */
  extendedKeyUsage: string[];
}

/** cert-manager's usages for a request that names none. */
export const DEFAULT_USAGES: readonly string[] = ["digital signature", "key encipherment"];
const CERT_SIGN = "cert sign";

/**
 * Sorts cert-manager usages into KeyUsage and ExtendedKeyUsage, synonyms made one word. None means
 * `DEFAULT_USAGES`; `isCA` adds `cert sign`. Throws `ERR_X509_USAGE` for a word cert-manager does
 * not know. Equivalent: KeyUsagesForCertificateOrCertificateRequest.
 */
export function resolveUsages(
  usages: readonly string[] = [],
  options: { isCA?: boolean } = {},
): ResolvedUsages {
  const bits = new Set<number>(options.isCA ? keyUsageBits([CERT_SIGN]) : []);
  const extendedKeyUsage: string[] = [];
  for (const word of usages.length > 0 ? usages : DEFAULT_USAGES) {
    const row = usageRow(word);
    if ("bit" in row) bits.add(row.bit);
    else extendedKeyUsage.push(row.usage);
  }
  return { keyUsage: keyUsageWords([...bits].sort((a, b) => a - b)), extendedKeyUsage };
}

export function keyUsageBits(words: readonly string[]): number[] {
  return words.flatMap((word) => {
    const row = usageRow(word);
    return "bit" in row ? [row.bit] : [];
  });
}

/** Bits without a meaning are dropped, as Go does. */
export function keyUsageWords(bits: readonly number[]): string[] {
  return bits.flatMap((bit) => WORD_BY_CODE.get(bit) ?? []);
}

/** cert-manager's word for a purpose, or the OID itself where there is none. */
export function purposeWord(oid: string): string {
  return WORD_BY_CODE.get(oid) ?? oid;
}

export function purposeOid(wordOrOid: string): string {
  const row = ROW_BY_WORD.get(wordOrOid);
  return row && "oid" in row ? row.oid : wordOrOid;
}

/** True for purposes that cert-manager compares, false for those it carries over unseen. */
export function isComparedPurpose(wordOrOid: string): boolean {
  return ROW_BY_WORD.has(wordOrOid) || NAMELESS_PURPOSES.includes(wordOrOid);
}

export function canSignCertificates(keyUsage: readonly string[]): boolean {
  return keyUsage.includes(CERT_SIGN);
}

function usageRow(word: string): UsageRow {
  const row = ROW_BY_WORD.get(word);
  if (!row) {
    throw new X509Error(
      "ERR_X509_USAGE",
      `Cannot resolve usages: ${JSON.stringify(word)} is unknown, must be one of cert-manager's, such as "server auth"`,
    );
  }
  return row;
}
