/**
 * The keywords of a CRD's schema: those that zod writes or an author may give as metadata. Whatever
 * is not listed is left out, but for a misspelt `x-kubernetes-…`, which is refused.
 *
 * Source: JSONSchemaProps of apiextensions.k8s.io/v1, and "Specifying a structural schema" in
 * Kubernetes' documentation of CustomResourceDefinitions.
 */

/** What a value must be: the only keywords that stand in branches of a union as well. */
export const VALUE_CHECKS: ReadonlySet<string> = new Set([
  "enum",
  "exclusiveMaximum",
  "exclusiveMinimum",
  "format",
  "maxItems",
  "maxLength",
  "maxProperties",
  "maximum",
  "minItems",
  "minLength",
  "minProperties",
  "minimum",
  "multipleOf",
  "pattern",
  "required",
]);

/** Keywords that hold schemas whose checks are joined. */
export const JUNCTIONS = ["allOf", "anyOf", "oneOf"] as const;

/** What a field is. */
export const STRUCTURE: ReadonlySet<string> = new Set([
  "additionalProperties",
  "default",
  "description",
  "example",
  "items",
  "nullable",
  "properties",
  "title",
  "type",
]);

/** Kubernetes' own. */
export const EXTENSIONS: ReadonlySet<string> = new Set([
  "x-kubernetes-embedded-resource",
  "x-kubernetes-int-or-string",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-list-type",
  "x-kubernetes-map-type",
  "x-kubernetes-preserve-unknown-fields",
  "x-kubernetes-validations",
]);

/**
 * Formats that mean the same to zod and to the API server. Of the others its `duration` is Go's and
 * not ISO 8601's, and those that it does not know it warns of.
 */
export const FORMATS: ReadonlySet<string> = new Set([
  "date",
  "date-time",
  "email",
  "int32",
  "int64",
  "ipv4",
  "ipv6",
  "uri",
  "uuid",
]);
