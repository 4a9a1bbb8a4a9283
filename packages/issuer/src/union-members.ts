import { RULES } from "./cel.ts";
import { type FieldPath, inexpressible } from "./field-path.ts";
import {
  fieldOf,
  isSchema,
  type JsonSchema,
  mapFields,
  mapNested,
  schemasOf,
} from "./json-schema.ts";
import { JUNCTIONS, VALUE_CHECKS } from "./schema-keywords.ts";

/** The branches of a union or an intersection, each structural by itself. */
export interface Members {
  readonly members: readonly JsonSchema[];
  /** A value fits one of them; else all of them. */
  readonly isUnion: boolean;
  readonly field: FieldPath;
}

/**
 * Puts branches into the schema around them: what a field is goes outside, what its value must be
 * stays in the branch.
 *
 * A union becomes `anyOf` also where zod wants exactly one branch: a branch's checks are fewer than
 * zod's, so that two may match here where one does there.
 *
 * @throws TypeError for a field that has another type, or other rules, in each branch.
 */
export function mergeMembers(outer: JsonSchema, options: Members): JsonSchema {
  const { isUnion, field } = options;
  const members = isUnion ? options.members.filter((each) => !isNull(each)) : options.members;
  const nullable = members.length < options.members.length ? { nullable: true } : {};
  if (isIntOrString(members) && isUnion) {
    const checks = members.map(({ type: _, enum: __, ...rest }) => rest);
    const both = Object.assign({}, ...checks);
    return { ...both, ...outer, ...nullable, "x-kubernetes-int-or-string": true };
  }
  const [only, ...others] = members;
  if (only === undefined) throw inexpressible(field, "only null is allowed", "leave it out");
  const isWhole = others.length === 0 && (isUnion || !hasCommonCheck(only, outer));
  if (isWhole) return { ...only, ...outer, ...nullable };
  const whole = others.reduce((merged, each) => mergeField(merged, each, field), only);
  const structure = { ...whole, ...commonEnum(members, isUnion) };
  const branches = members.map(checksOf).filter((each) => isUnion || !isEmpty(each));
  const keyword = isUnion ? "anyOf" : "allOf";
  // A branch without checks is one that everything matches.
  const says = branches.length > 0 && !(isUnion && branches.some(isEmpty));
  const joined = says ? { [keyword]: branches } : {};
  const merged = outer.properties
    ? mergeField(structure, outer, field)
    : { ...structure, ...outer };
  return { ...merged, ...nullable, ...joined };
}

/** As openapi-3.0 writes z.null() and z.literal(null). */
function isNull({ type, enum: values }: JsonSchema): boolean {
  const isNullAlone = Array.isArray(values) && values.length === 1 && values[0] === null;
  return type === "null" || isNullAlone;
}

function isIntOrString(members: readonly JsonSchema[]): boolean {
  const types = new Set(members.map(({ type }) => type));
  return types.size === 2 && types.has("integer") && types.has("string");
}

/** What a field is that two branches have: the value checks of both are left out but where they agree. */
function mergeField(a: JsonSchema, b: JsonSchema, field: FieldPath): JsonSchema {
  const type = typeOfBoth(a, b, field);
  const rules = rulesOfBoth(a, b, field);
  const { type: _, ...bare } = { ...withoutChecks(b), ...withoutChecks(a) };
  return {
    ...bare,
    ...(type === undefined ? {} : { type }),
    ...(a.nullable === true || b.nullable === true ? { nullable: true } : {}),
    ...rules,
    ...mergeNested(a, b, field),
  };
}

function mergeNested(a: JsonSchema, b: JsonSchema, field: FieldPath): JsonSchema {
  const names = [...new Set([a, b].flatMap(({ properties = {} }) => Object.keys(properties)))];
  const merge = (x: unknown, y: unknown, path: FieldPath): JsonSchema | undefined => {
    if (!isSchema(x)) return isSchema(y) ? withoutChecks(y) : undefined;
    return isSchema(y) ? mergeField(x, y, path) : withoutChecks(x);
  };
  const fields = names.map((name) => [
    name,
    merge(fieldOf(a.properties, name), fieldOf(b.properties, name), `${field}.${name}`),
  ]);
  const items = merge(a.items, b.items, `${field}[]`);
  const values = merge(a.additionalProperties, b.additionalProperties, `${field}.*`);
  if (values !== undefined && names.length > 0) {
    const instead = "put them into fields of different names";
    throw inexpressible(field, "it is a record in one branch and has fields in another", instead);
  }
  return {
    ...(names.length > 0 || a.properties || b.properties
      ? { properties: withEnums(Object.fromEntries(fields), [a, b]) }
      : {}),
    ...(items === undefined ? {} : { items }),
    ...(values === undefined ? {} : { additionalProperties: values }),
  };
}

/** A field with listed values in both, such as the one that tells the branches apart, has the values of both. */
function withEnums(
  fields: Readonly<Record<string, JsonSchema>>,
  members: readonly JsonSchema[],
): Readonly<Record<string, JsonSchema>> {
  return mapFields(fields, (field, name) => {
    const found = members.map(({ properties }) => fieldOf(properties, name));
    return {
      ...field,
      ...commonEnum(
        found.map((each) => each ?? {}),
        true,
      ),
    };
  });
}

/** The values that a union allows, where each of its members lists them. */
function commonEnum(members: readonly JsonSchema[], isUnion: boolean): JsonSchema {
  const lists = members.flatMap(({ enum: values }) => (Array.isArray(values) ? [values] : []));
  return isUnion && lists.length === members.length
    ? { enum: [...new Set(lists.flat() as unknown[])] }
    : {};
}

function typeOfBoth(a: JsonSchema, b: JsonSchema, field: FieldPath): unknown {
  if (a.type === b.type) return a.type;
  const types = [a.type, b.type];
  if (types.every((type) => type === "integer" || type === "number")) return "number";
  const named = types.map((type) => type ?? "of any type").join(" and ");
  throw inexpressible(
    field,
    `a union has it as ${named}`,
    "it must have one type in all branches, so give each type a field of its own",
  );
}

function rulesOfBoth(a: JsonSchema, b: JsonSchema, field: FieldPath): JsonSchema {
  const [rules, others] = [a[RULES], b[RULES]];
  if (JSON.stringify(rules) === JSON.stringify(others)) return rules ? { [RULES]: rules } : {};
  throw inexpressible(
    field,
    "it has different CEL rules in the branches of a union",
    "put the rules on the union, with has() where they are about one branch",
  );
}

/** A field as it is in all branches: what it may hold is said in each. */
function withoutChecks(schema: JsonSchema): JsonSchema {
  const kept = Object.entries(schema).filter(
    ([keyword]) =>
      !VALUE_CHECKS.has(keyword) &&
      keyword !== "default" &&
      !JUNCTIONS.some((each) => each === keyword),
  );
  return mapNested(Object.fromEntries(kept), withoutChecks);
}

/** The checks of a branch, without what its fields are. */
export function checksOf(schema: JsonSchema): JsonSchema {
  const checks = Object.entries(schema).filter(([keyword]) => VALUE_CHECKS.has(keyword));
  const joined = JUNCTIONS.flatMap((keyword) => {
    const members = schemasOf(schema[keyword]);
    return members.length > 0 ? [[keyword, members.map(checksOf)]] : [];
  });
  const { properties, items, additionalProperties: _ } = mapNested(schema, checksOf);
  const fields = Object.entries(properties ?? {}).filter(([, field]) => !isEmpty(field));
  return {
    ...Object.fromEntries([...checks, ...joined]),
    ...(fields.length > 0 ? { properties: Object.fromEntries(fields) } : {}),
    ...(isSchema(items) && !isEmpty(items) ? { items } : {}),
  };
}

/** Two patterns, say: one keyword cannot hold both. */
function hasCommonCheck(a: JsonSchema, b: JsonSchema): boolean {
  return Object.keys(a).some((keyword) => VALUE_CHECKS.has(keyword) && b[keyword] !== undefined);
}

function isEmpty(schema: JsonSchema): boolean {
  return Object.keys(schema).length === 0;
}
