import * as z from "zod";

/** The JSON of a schema: an OpenAPI v3.0 dialect, as zod writes it and a CRD takes it. */
export interface JsonSchema {
  readonly type?: unknown;
  readonly properties?: Fields | undefined;
  readonly [keyword: string]: unknown;
}

type Fields = Readonly<Record<string, JsonSchema>>;

/** Keywords that zod writes and a structural schema may not hold. */
const REFUSED = new Set(["$schema", "contentEncoding", "additionalProperties", "propertyNames"]);

/** zod bounds every integer by what a double holds exactly; in a CRD that is only noise. */
const NOISE = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];

/** Keywords whose branches may hold value checks alone. */
const BRANCHES = ["anyOf", "oneOf"] as const;

/**
 * Makes zod's JSON Schema structural, as the API server demands of a CRD: every field and its type
 * stand outside the branches of `anyOf` and `oneOf`, and the branches hold value checks alone.
 *
 * Source: "Specifying a structural schema" in Kubernetes' documentation of
 * CustomResourceDefinitions.
 *
 * @throws TypeError for a field that has another type in each branch.
 */
export function structuralSchema(spec: z.ZodType): JsonSchema {
  return toStructural(z.toJSONSchema(spec, { target: "openapi-3.0", io: "input" }) as JsonSchema);
}

function toStructural(schema: JsonSchema): JsonSchema {
  if (isEmpty(schema)) return { "x-kubernetes-preserve-unknown-fields": true };
  const kept = Object.entries(withBranchesHoisted(schema)).filter(([keyword, value]) =>
    isKept(keyword, value),
  );
  return Object.fromEntries(kept.map(([keyword, value]) => [keyword, nested(keyword, value)]));
}

function isKept(keyword: string, value: unknown): boolean {
  if (keyword === "additionalProperties")
    return typeof value === "object" && value !== null && !isEmpty(value);
  if (keyword === "minimum" || keyword === "maximum") return !NOISE.includes(Number(value));
  return !REFUSED.has(keyword);
}

function nested(keyword: string, value: unknown): unknown {
  switch (keyword) {
    case "properties":
      return mapFields(value as Fields, toStructural);
    case "items":
    case "additionalProperties":
      return toStructural(value as JsonSchema);
    default:
      return value;
  }
}

function withBranchesHoisted(schema: JsonSchema): JsonSchema {
  const keyword = BRANCHES.find((each) => Array.isArray(schema[each]));
  if (keyword === undefined) return schema;
  const branches = schema[keyword] as readonly JsonSchema[];
  const { [keyword]: _, ...outer } = schema;
  return { ...branches.reduce(hoist, outer), [keyword]: branches.map(valueChecks) };
}

/** Takes the fields and the type of a branch into the schema around it. */
function hoist(outer: JsonSchema, branch: JsonSchema): JsonSchema {
  const type = outer.type ?? branch.type;
  if (branch.type !== type) {
    throw new TypeError(
      `Cannot make a CRD of a union of ${type} and ${branch.type}: its members must have one type`,
    );
  }
  if (branch.properties === undefined) return { ...outer, type };
  const fields: Record<string, JsonSchema> = { ...outer.properties };
  for (const [name, field] of Object.entries(branch.properties)) {
    fields[name] = mergeField(name, fields[name], field);
  }
  return { ...outer, type, properties: fields };
}

function mergeField(name: string, before: JsonSchema | undefined, field: JsonSchema): JsonSchema {
  if (before === undefined) return withoutValueChecks(field);
  if (before.type === field.type) return before;
  throw new TypeError(
    `Cannot make a CRD of a union in which field ${name} is ${before.type} and ${field.type}: it must have one type`,
  );
}

/** A field of a branch, as it is in all branches: what it may hold is said in each branch. */
function withoutValueChecks(field: JsonSchema): JsonSchema {
  const { const: _, enum: __, default: ___, ...rest } = field;
  return rest;
}

/** A branch without types, descriptions and defaults. */
function valueChecks(branch: JsonSchema): JsonSchema {
  const { type: _, description: __, default: ___, properties, ...rest } = branch;
  const kept = Object.fromEntries(
    Object.entries(rest).filter(([keyword]) => !REFUSED.has(keyword)),
  );
  return properties === undefined
    ? kept
    : { ...kept, properties: mapFields(properties, valueChecks) };
}

function mapFields(fields: Fields, map: (field: JsonSchema) => JsonSchema): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, map(field)]));
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}
