/**
 * What Go's certificate parser takes as the text of a name constraint (crypto/x509 parser.go,
 * parseNameConstraintsExtension). cert-manager could not read a certificate with any other.
 */

import { isIP } from "node:net";

/** Labels of printable ASCII, after one dot at most. */
const DOMAIN = /^(\.?[!-\-/-~]+(\.[!-\-/-~]+)*)?$/;
/** Quoted local parts are left out, which Go would take. */
const MAILBOX = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(.+)$/;

export function isDomainConstraint(text: string): boolean {
  return DOMAIN.test(text);
}

/** A mailbox where it has an `@`, else the domain of mailboxes. */
export function isEmailConstraint(text: string): boolean {
  if (!text.includes("@")) return isDomainConstraint(text);
  const domain = MAILBOX.exec(text)?.at(-1);
  return domain !== undefined && !domain.startsWith(".") && isDomainConstraint(domain);
}

/** The host of a URI, which an address cannot be. */
export function isUriConstraint(text: string): boolean {
  return isIP(text) === 0 && isDomainConstraint(text);
}
