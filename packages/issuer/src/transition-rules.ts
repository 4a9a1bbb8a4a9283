import { type CelRule, IMMUTABLE, RULES } from "./cel.ts";
import { type FieldPath, inexpressible } from "./field-path.ts";
import { isSchema, type JsonSchema, mapNested } from "./json-schema.ts";

/**
 * Keeps a field from being added or removed later that is immutable and may be left out: the rule on
 * the field itself is asked only of an object that has it before and after.
 *
 * A field with a default is always there.
 */
export function withImmutableChoices(schema: JsonSchema): JsonSchema {
  return withOwnChoices(mapNested(schema, withImmutableChoices));
}

function withOwnChoices(schema: JsonSchema): JsonSchema {
  const { properties = {}, required } = schema;
  const isRequired = new Set(Array.isArray(required) ? (required as unknown[]) : []);
  const added = Object.entries(properties)
    .filter(([, field]) => rulesOf(field).some(({ rule }) => rule === IMMUTABLE.rule))
    .filter(([name, field]) => !isRequired.has(name) && field.default === undefined)
    .map(([name]) => ruleFor(name));
  if (added.length === 0) return schema;
  const rules = rulesOf(schema);
  const missing = added.filter(({ rule }) => rules.every((each) => each.rule !== rule));
  return { ...schema, [RULES]: [...rules, ...missing] };
}

function rulesOf(schema: JsonSchema): readonly CelRule[] {
  const rules = schema[RULES];
  return Array.isArray(rules) ? (rules as CelRule[]) : [];
}

function ruleFor(name: string): CelRule {
  const field = celName(name);
  return {
    rule: `has(self.${field}) == has(oldSelf.${field})`,
    message: `${name} must not be added or removed after the issuer was created`,
  };
}

/** Words of the language itself, which a field of that name is written otherwise for. */
const RESERVED = new Set(
  "true false null in as break const continue else for function if import let loop package namespace return var void while".split(
    " ",
  ),
);

/**
 * A field's name within a rule.
 *
 * Source: "Field path determination" in Kubernetes' documentation of validation rules.
 */
function celName(name: string): string {
  if (RESERVED.has(name)) return `__${name}__`;
  return name
    .replaceAll("__", "__underscores__")
    .replaceAll(".", "__dot__")
    .replaceAll("-", "__dash__")
    .replaceAll("/", "__slash__");
}

/**
 * Refuses rules about `oldSelf` within the members of a list: the API server cannot tell which member
 * was which.
 *
 * @throws TypeError that names the field.
 */
export function refuseTransitionRules(schema: JsonSchema, field: FieldPath): void {
  if (rulesOf(schema).some(({ rule }) => /\boldSelf\b/.test(rule))) {
    throw inexpressible(
      field,
      "it is in a list, and its rule compares it with its value before",
      'put the rule on the list, or give the list .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": [key] })',
    );
  }
  for (const [name, nested] of nestedOf(schema)) refuseTransitionRules(nested, `${field}${name}`);
}

function nestedOf(schema: JsonSchema): [name: string, nested: JsonSchema][] {
  const { properties = {}, items, additionalProperties } = schema;
  return [
    ...Object.entries(properties).map(([name, each]): [string, JsonSchema] => [`.${name}`, each]),
    ...(isSchema(items) ? [["[]", items] as [string, JsonSchema]] : []),
    ...(isSchema(additionalProperties)
      ? [[".*", additionalProperties] as [string, JsonSchema]]
      : []),
  ];
}
