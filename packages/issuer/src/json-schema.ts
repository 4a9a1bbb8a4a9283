/** The JSON of a schema: an OpenAPI v3.0 dialect, as zod writes it and a CRD takes it. */
export interface JsonSchema {
  readonly type?: unknown;
  readonly properties?: SchemaFields | undefined;
  readonly [keyword: string]: unknown;
}

/** The schemas of an object's fields. */
export type SchemaFields = Readonly<Record<string, JsonSchema>>;

/** Tells a schema from a keyword's other values. */
export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Schemas of a keyword that holds a list of them, or none. */
export function schemasOf(value: unknown): readonly JsonSchema[] {
  return Array.isArray(value) ? value.filter(isSchema) : [];
}

/** A schema's own fields, which a field called `constructor` is and an inherited one is not. */
export function fieldOf(fields: SchemaFields | undefined, name: string): JsonSchema | undefined {
  return fields !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** Makes other schemas of some fields. */
export function mapFields(
  fields: SchemaFields,
  map: (field: JsonSchema, name: string) => JsonSchema,
): SchemaFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, map(field, name)]),
  );
}

/** Makes other schemas of what is within one: its fields, the members of a list, a record's values. */
export function mapNested(schema: JsonSchema, map: (nested: JsonSchema) => JsonSchema): JsonSchema {
  const { properties, items, additionalProperties } = schema;
  return {
    ...schema,
    ...(properties === undefined ? {} : { properties: mapFields(properties, map) }),
    ...(isSchema(items) ? { items: map(items) } : {}),
    ...(isSchema(additionalProperties) ? { additionalProperties: map(additionalProperties) } : {}),
  };
}
