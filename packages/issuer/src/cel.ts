/**
 * A rule on a field, in the Common Expression Language: the API server refuses an object for which it
 * is not true. `self` is the field's value; with `oldSelf`, its value before, it is a transition rule
 * and holds for updates alone.
 *
 * Source: "Validation rules" in Kubernetes' documentation of CustomResourceDefinitions.
 */
export interface CelRule {
  readonly rule: string;
  /** What the user reads who breaks it. */
  readonly message: string;
}

/** A field that keeps the value it was created with. */
export const IMMUTABLE: CelRule = {
  rule: "self == oldSelf",
  message: "must stay what it was when the issuer was created",
};

/** Where a CRD has its rules. */
export const RULES = "x-kubernetes-validations";

/**
 * Gives a field its rules, as metadata of its zod schema:
 *
 * ```ts
 * z.object({
 *   url: z.url().meta(cel(IMMUTABLE)),
 *   from: z.int(),
 *   to: z.int(),
 * }).meta(cel({ rule: "self.from <= self.to", message: "from must not be above to" }))
 * ```
 */
export function cel(...rules: readonly CelRule[]): Record<string, unknown> {
  return { [RULES]: rules };
}
