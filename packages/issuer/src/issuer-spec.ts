import type * as z from "zod";
import type { IssuerDefinition } from "./define-issuer.ts";
import type { IssuerObject } from "./issuer-object.ts";

/** An issuer's spec as its definition's schema reads it, or why it cannot be read. */
export type SpecReading =
  | { readonly isValid: true; readonly spec: unknown }
  | { readonly isValid: false; readonly message: string };

/**
 * Reads an issuer's spec, defaults filled in. The message names each field that is wrong: the CRD
 * refuses such objects, but it may have been changed after they were stored.
 */
export function readSpec(definition: IssuerDefinition, issuer: IssuerObject): SpecReading {
  const result = definition.spec.safeParse(issuer.spec ?? {});
  if (result.success) return { isValid: true, spec: result.data };
  const issues = result.error.issues.map(describeIssue).join("; ");
  return { isValid: false, message: `its spec is not valid, correct it: ${issues}` };
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = ["spec", ...issue.path.map(String)].join(".");
  return `${path}: ${issue.message}`;
}
