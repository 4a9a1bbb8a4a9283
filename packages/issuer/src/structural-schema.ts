import type * as z from "zod";
import { type FieldPath, inexpressible } from "./field-path.ts";
import { isSchema, type JsonSchema, mapFields, schemasOf } from "./json-schema.ts";
import { COLUMN } from "./printer-column.ts";
import { EXTENSIONS, FORMATS, JUNCTIONS, STRUCTURE, VALUE_CHECKS } from "./schema-keywords.ts";
import { specJsonSchema } from "./spec-json-schema.ts";
import { refuseTransitionRules, withImmutableChoices } from "./transition-rules.ts";
import { mergeMembers } from "./union-members.ts";

/**
 * Makes zod's JSON Schema structural, as the API server demands of a CRD: every field and its type
 * stand outside the branches of unions, and the branches hold value checks alone.
 *
 * What it refuses, zod refuses as well. The reverse does not hold: what a CRD cannot say (refinements,
 * a record's key pattern, that exactly one branch matches) is found when the issuer is read.
 *
 * Source: "Specifying a structural schema" in Kubernetes' documentation of
 * CustomResourceDefinitions.
 *
 * @throws TypeError that names the field which a CRD cannot express, and what to write instead.
 */
export function structuralSchema(spec: z.ZodType): JsonSchema {
  const schema = structure(specJsonSchema(spec), "spec");
  if (schema.type === "object") return withImmutableChoices(schema);
  throw inexpressible("spec", `it is ${schema.type ?? "of any type"}`, "use z.object()");
}

/** The structural form of the schema of one field. */
function structure(schema: JsonSchema, field: FieldPath): JsonSchema {
  if (schema.$ref !== undefined) {
    throw inexpressible(field, "it contains itself", "use z.unknown() where the recursion begins");
  }
  if (isSchema(schema.not) && Object.keys(schema.not).length === 0) {
    throw inexpressible(field, "no value is allowed", "leave it out");
  }
  refuseMisspelt(schema, field);
  const joined = withJunctions(withNullAside(schema), field);
  const kept = Object.entries(joined).filter(([keyword, value]) => isKept(keyword, value));
  const nested = Object.fromEntries(
    kept.flatMap(([keyword, value]) => nestedStructure([keyword, value], { schema, field })),
  );
  return withFittingDefault(withNullBesideEnum(withSomething(nested)));
}

function refuseMisspelt(schema: JsonSchema, field: FieldPath): void {
  const unknown = Object.keys(schema).find(
    (keyword) => keyword.startsWith("x-kubernetes-") && !EXTENSIONS.has(keyword),
  );
  if (unknown === undefined) return;
  const known = [...EXTENSIONS].join(", ");
  throw inexpressible(field, `a CRD has no ${unknown}`, `it must be one of ${known}`);
}

/** zod bounds every integer by what a double holds exactly; in a CRD that is only noise. */
const NOISE = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];

function isKept(keyword: string, value: unknown): boolean {
  if (keyword === "minimum" || keyword === "maximum") return !NOISE.includes(Number(value));
  if (keyword === "format") return FORMATS.has(String(value));
  const isJunction = JUNCTIONS.some((each) => each === keyword);
  return (
    isJunction ||
    [VALUE_CHECKS, STRUCTURE, EXTENSIONS].some((each) => each.has(keyword)) ||
    keyword === COLUMN
  );
}

function nestedStructure(
  [keyword, value]: [string, unknown],
  { schema, field }: { schema: JsonSchema; field: FieldPath },
): [string, unknown][] {
  switch (keyword) {
    case "properties":
      return [
        [
          keyword,
          mapFields(value as Record<string, JsonSchema>, (each, name) =>
            structure(each, `${field}.${name}`),
          ),
        ],
      ];
    case "items":
      return [[keyword, memberOfList(schema, `${field}[]`)]];
    case "additionalProperties":
      return valuesOfRecord(schema, field);
    default:
      return [[keyword, value]];
  }
}

/** Which member was which before, only the keys of a list of type map tell. */
function memberOfList({ items, ...list }: JsonSchema, field: FieldPath): JsonSchema {
  const member = structure(items as JsonSchema, field);
  if (list["x-kubernetes-list-type"] !== "map") refuseTransitionRules(member, field);
  return member;
}

/** A record has values of one schema, an object has fields; a CRD knows nothing that has both. */
function valuesOfRecord(schema: JsonSchema, field: FieldPath): [string, unknown][] {
  const { additionalProperties: values, properties = {} } = schema;
  if (!isSchema(values)) return [];
  if (Object.keys(values).length === 0) return [["x-kubernetes-preserve-unknown-fields", true]];
  if (Object.keys(properties).length > 0) {
    throw inexpressible(
      field,
      "it has fields of its own and .catchall() for others",
      "put the others into a field of their own with z.record()",
    );
  }
  return [["additionalProperties", structure(values, `${field}.*`)]];
}

/** Of a literal that may be null, zod gives no type. */
function withNullAside(schema: JsonSchema): JsonSchema {
  const { type, enum: values } = schema;
  if (type !== undefined || !Array.isArray(values)) return schema;
  const others = values.filter((value) => value !== null);
  const types = new Set(others.map((value) => typeof value));
  if (types.size !== 1) return schema;
  const nullable = others.length < values.length ? { nullable: true } : {};
  return { ...schema, type: [...types][0], enum: others, ...nullable };
}

/** Takes the fields and types of a schema's branches into the schema around them. */
function withJunctions(schema: JsonSchema, field: FieldPath): JsonSchema {
  let result = schema;
  for (const keyword of JUNCTIONS) {
    const members = schemasOf(schema[keyword]).map((each) =>
      structure(schema.type === undefined ? each : { type: schema.type, ...each }, field),
    );
    if (members.length === 0) continue;
    const { [keyword]: _, ...outer } = result;
    result = mergeMembers(outer, { members, isUnion: keyword !== "allOf", field });
  }
  return result;
}

/** A field of which nothing is said may hold anything. Its type is what one looks for first. */
function withSomething(schema: JsonSchema): JsonSchema {
  const { type, "x-kubernetes-int-or-string": isIntOrString } = schema;
  if (isIntOrString === true) return schema;
  if (type === undefined) return { ...schema, "x-kubernetes-preserve-unknown-fields": true };
  return { type, ...schema };
}

/**
 * The API server holds null against listed values, and cannot have it among them (it reads it as the
 * text "null"); what is in a branch it does not hold against null.
 */
function withNullBesideEnum(schema: JsonSchema): JsonSchema {
  const { enum: values, ...rest } = schema;
  if (schema.nullable !== true || !Array.isArray(values)) return schema;
  const others = values.filter((value) => value !== null);
  return { ...rest, allOf: [...schemasOf(schema.allOf), { enum: others }] };
}

/** A default of what comes out of a transform is zod's to fill in. */
function withFittingDefault(schema: JsonSchema): JsonSchema {
  const { default: value, ...rest } = schema;
  return value === undefined || isOfType(value, schema) ? schema : rest;
}

function isOfType(value: unknown, schema: JsonSchema): boolean {
  if (value === null) return schema.nullable === true;
  switch (schema.type) {
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return isSchema(value);
    case undefined:
      return true;
    default:
      return typeof value === schema.type;
  }
}
