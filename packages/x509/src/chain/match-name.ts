/**
 * Tells whether a name lies in the subtree of a name constraint, a function a kind.
 *
 * Where readers differ, an exclusion is read widely and a permission narrowly.
 */

import { DerReader } from "../der/der-reader.ts";
import { TAG } from "../der/tag.ts";
import type { GeneralNameKind } from "../extension/general-name.ts";
import type { Constraint } from "../extension/name-constraints.ts";
import { readRdns, relativeNameText } from "../name/distinguished-name.ts";
import type { ConstrainedName } from "./check-name-constraints.ts";

type Match = (
  name: ConstrainedName,
  options: { constraint: Constraint; isExclusion: boolean },
) => boolean;

export const MATCHERS: Partial<Record<GeneralNameKind, Match>> = {
  dns: (name, { constraint, isExclusion }) =>
    isInDomain(name.value, textOf(constraint)) ||
    (isExclusion && couldBeInDomain(name.value, textOf(constraint))),
  ip: (name, { constraint }) => isInRange(contentOf(name.der), constraint.content),
  email: matchesEmail,
  uri: matchesUri,
  directoryName: matchesDirectoryName,
};

function matchesEmail(
  { value }: ConstrainedName,
  { constraint }: { constraint: Constraint },
): boolean {
  const text = textOf(constraint);
  const at = value.lastIndexOf("@");
  const domain = value.slice(at + 1);
  const wanted = text.lastIndexOf("@");
  if (wanted === -1) return isHostOrBelow(domain, text);
  return value.slice(0, at) === text.slice(0, wanted) && same(domain, text.slice(wanted + 1));
}

/** A URI without a host that is a domain name is in every exclusion and in no permission. */
function matchesUri(
  { value }: ConstrainedName,
  { constraint, isExclusion }: { constraint: Constraint; isExclusion: boolean },
): boolean {
  const authority = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?#]*@)?([^/?#]*)/.exec(value)?.[1] ?? "";
  const host = authority.replace(/:\d*$/, "");
  if (host === "" || /^[\d.]+$|^\[/.test(host)) return isExclusion;
  const text = textOf(constraint);
  return isExclusion ? isInDomain(host, text.replace(/^\./, "")) : isHostOrBelow(host, text);
}

/** Attributes are compared without regard to case and blanks (RFC 5280 §7.1). */
function matchesDirectoryName(
  name: ConstrainedName,
  { constraint }: { constraint: Constraint },
): boolean {
  const base = relativeNames(constraint.content);
  const names = relativeNames(name.der[0] === TAG.sequence ? name.der : contentOf(name.der));
  return base.every((each, i) => each === names[i]);
}

function relativeNames(nameDer: Uint8Array): string[] {
  const outer = new DerReader(nameDer, "name");
  return readRdns(outer.enter(TAG.sequence, "name")).map((attributes) =>
    attributes
      .map((each) => relativeNameText([each]).toLowerCase().replace(/\s+/g, " ").trim())
      .sort()
      .join("+"),
  );
}

/** The domain itself and all below; with a leading dot only what is below; all in the empty one. */
function isInDomain(name: string, domain: string): boolean {
  if (domain === "") return true;
  if (domain.startsWith(".")) return name.toLowerCase().endsWith(domain.toLowerCase());
  return same(name, domain) || name.toLowerCase().endsWith(`.${domain.toLowerCase()}`);
}

/** Whether a wildcard stands for a name in the domain. */
function couldBeInDomain(name: string, domain: string): boolean {
  if (!name.startsWith("*.")) return false;
  return isInDomain(domain.replace(/^\./, ""), name.slice(2));
}

/** A host alone, or with a leading dot what is below it. */
function isHostOrBelow(host: string, text: string): boolean {
  return text === "" || text.startsWith(".") ? isInDomain(host, text) : same(host, text);
}

function isInRange(address: Uint8Array, range: Uint8Array): boolean {
  const half = range.length / 2;
  if (address.length !== half) return false;
  return address.every((byte, i) => {
    const mask = range[half + i] ?? 0;
    return (byte & mask) === ((range[i] ?? 0) & mask);
  });
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function textOf({ content }: Constraint): string {
  return Buffer.from(content).toString("latin1");
}

function contentOf(der: Uint8Array): Uint8Array {
  return new DerReader(der, "name").readAny("name").content;
}
