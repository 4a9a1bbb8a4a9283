/** Checks the names of certificates against the name constraints of a CA above them (RFC 5280 §4.2.1.10). */

import type { Certificate } from "../certificate/certificate.ts";
import { findExtension } from "../extension/extension.ts";
import type { GeneralName } from "../extension/general-name.ts";
import { type Constraint, readNameConstraints } from "../extension/name-constraints.ts";
import { ATTRIBUTE_TYPES } from "../name/attribute-types.ts";
import { readName } from "../name/distinguished-name.ts";
import { X509Error } from "../x509-error.ts";
import { MATCHERS } from "./match-name.ts";

/** How many names may still be compared, in one verification of a path. */
export interface ComparisonBudget {
  left: number;
}

/** A name that constraints apply to: an alternative name, or what the subject holds. */
export type ConstrainedName = Pick<GeneralName, "kind" | "value" | "der">;

/** Says which name of the certificates below breaks a constraint, or undefined. */
export function violatedConstraint(
  issuer: Certificate,
  { below, budget }: { below: readonly Certificate[]; budget: ComparisonBudget },
): string | undefined {
  const extension = findExtension(issuer.extensions, "nameConstraints");
  if (!extension) return undefined;
  const { permitted, excluded } = readNameConstraints(extension, "certificate");
  for (const [i, certificate] of below.entries()) {
    if (i > 0 && isSelfIssued(certificate)) continue;
    for (const name of namesOf(certificate)) {
      spend(budget, permitted.length + excluded.length);
      const fault = faultOf(name, { permitted, excluded });
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}

/** A kind of name without a permitted subtree is permitted whole. */
function faultOf(
  name: ConstrainedName,
  { permitted, excluded }: { permitted: readonly Constraint[]; excluded: readonly Constraint[] },
): string | undefined {
  const ofKind = ({ kind }: Constraint): boolean => kind === name.kind;
  const excluding = excluded.filter(ofKind);
  const permitting = permitted.filter(ofKind);
  if (excluding.length + permitting.length === 0) return undefined;
  const shown = JSON.stringify(`${name.kind}:${name.value.slice(0, 100)}`);
  const matches = MATCHERS[name.kind];
  if (!matches) return `it constrains names like ${shown}, which cannot be compared`;
  if (excluding.some((constraint) => matches(name, { constraint, isExclusion: true }))) {
    return `its name constraints exclude ${shown}`;
  }
  const isPermitted = permitting.some((constraint) =>
    matches(name, { constraint, isExclusion: false }),
  );
  return isPermitted || permitting.length === 0
    ? undefined
    : `its name constraints do not permit ${shown}`;
}

/** The subject counts as a directory name, and its email addresses where there are no others. */
function namesOf({ subjectDer, subject, subjectAltNames }: Certificate): ConstrainedName[] {
  const attributes = readName(subjectDer, "subject").flat();
  if (attributes.length === 0) return subjectAltNames;
  const hasEmail = subjectAltNames.some(({ kind }) => kind === "email");
  const emails = hasEmail
    ? []
    : attributes.filter(({ oid }) => oid === ATTRIBUTE_TYPES.emailAddress);
  return [
    { kind: "directoryName", value: subject, der: subjectDer },
    ...emails.map(({ text, valueDer }) => ({ kind: "email" as const, value: text, der: valueDer })),
    ...subjectAltNames,
  ];
}

function isSelfIssued({ subjectDer, issuerDer }: Certificate): boolean {
  return Buffer.compare(subjectDer, issuerDer) === 0;
}

function spend(budget: ComparisonBudget, count: number): void {
  budget.left -= count;
  if (budget.left >= 0) return;
  throw new X509Error(
    "ERR_X509_TOO_LARGE",
    "Cannot verify path: too many names would have to be compared with name constraints",
  );
}
