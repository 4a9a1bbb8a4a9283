/** The names and the subject of a certificate, compared with those of a CSR. */

import { isIP } from "node:net";
import type { Csr } from "../csr/csr.ts";
import { hex } from "../der/hex.ts";
import type { GeneralName } from "../extension/general-name.ts";
import { ATTRIBUTE_TYPES } from "../name/attribute-types.ts";
import { readName, relativeNameText } from "../name/distinguished-name.ts";
import type { Certificate } from "./certificate.ts";
import type { Difference } from "./differences.ts";
import { quoteSome } from "./quote-some.ts";

/**
 * Alternative names asked for and not granted, and names granted and not asked for: a common name
 * that a verifier could take for a host counts as one.
 */
export function nameDifferences(certificate: Certificate, csr: Csr): Difference[] {
  const asked = namesOf(csr);
  const granted = namesOf(certificate);
  const askedCommonNames = commonNamesOf(csr.subjectDer);
  const missing = [...asked].filter(([key]) => !granted.has(key)).map(([, name]) => name);
  const unexpected = [...granted]
    .filter(([key, name]) => !asked.has(key) && !isOneOf(askedCommonNames, name))
    .map(([, name]) => name);
  const askedTexts = new Set([...[...asked.values()].map(textKey), ...askedCommonNames]);
  const hosts = [...commonNamesOf(certificate.subjectDer)].filter(
    (commonName) => !askedTexts.has(commonName) && couldBeHost(commonName),
  );
  return [
    ...list("names", "missing", missing.map(nameText)),
    ...list("names", "unexpected", [
      ...unexpected.map(nameText),
      ...hosts.map((host) => `CN:${host}`),
    ]),
  ];
}

/** Attributes, whatever their order and the type of their strings; then the order. */
export function subjectDifferences(certificate: Certificate, csr: Csr): Difference[] {
  if (Buffer.compare(certificate.subjectDer, csr.subjectDer) === 0) return [];
  const asked = relativeNamesOf(csr.subjectDer, "CSR, subject");
  const granted = relativeNamesOf(certificate.subjectDer, "certificate, subject");
  const missing = withoutThoseOf(asked.flat(), granted.flat());
  const unexpected = withoutThoseOf(granted.flat(), asked.flat());
  if (missing.length > 0 || unexpected.length > 0) {
    return [...list("subject", "missing", missing), ...list("subject", "unexpected", unexpected)];
  }
  const isSame = JSON.stringify(asked) === JSON.stringify(granted);
  const detail = `it has its attributes in another order than asked for: ${quoteSome([certificate.subject])}`;
  return isSame ? [] : [{ aspect: "subject", kind: "unexpected", detail }];
}

function list(
  aspect: Difference["aspect"],
  kind: "missing" | "unexpected",
  words: readonly string[],
): Difference[] {
  if (words.length === 0) return [];
  const quoted = quoteSome(words);
  const detail = kind === "missing" ? `it lacks ${quoted}` : `it has ${quoted}, not asked for`;
  return [{ aspect, kind, detail }];
}

/** Alternative names by what makes them the same. */
function namesOf({ subjectAltNames }: Csr | Certificate): Map<string, GeneralName> {
  return new Map(
    subjectAltNames.map((name) => [name.kind === "dns" ? textKey(name) : hex(name.der), name]),
  );
}

/** Whether a common name says the same: it has no kind, so only kinds count whose texts tell them apart. */
function isOneOf(commonNames: ReadonlySet<string>, name: GeneralName): boolean {
  return ["dns", "ip", "email"].includes(name.kind) && commonNames.has(textKey(name));
}

function nameText({ kind, value }: GeneralName): string {
  return `${kind}:${value}`;
}

function textKey({ value }: GeneralName): string {
  return value.toLowerCase();
}

/** In lower case. */
function commonNamesOf(nameDer: Uint8Array): Set<string> {
  const attributes = readName(nameDer, "subject").flat();
  return new Set(
    attributes
      .filter(({ oid }) => oid === ATTRIBUTE_TYPES.CN)
      .map(({ text }) => text.toLowerCase()),
  );
}

function couldBeHost(commonName: string): boolean {
  return isIP(commonName) !== 0 || /^[^\s.]+(\.[^\s.]+)+\.?$/.test(commonName);
}

/** Each relative name as the texts of its attributes, sorted: a SET has no order. */
function relativeNamesOf(nameDer: Uint8Array, what: string): string[][] {
  return readName(nameDer, what).map((attributes) =>
    attributes.map((attribute) => relativeNameText([attribute])).sort(),
  );
}

/** As multisets. */
function withoutThoseOf(words: readonly string[], others: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const word of others) counts.set(word, (counts.get(word) ?? 0) + 1);
  return words.filter((word) => {
    const count = counts.get(word) ?? 0;
    counts.set(word, count - 1);
    return count <= 0;
  });
}
