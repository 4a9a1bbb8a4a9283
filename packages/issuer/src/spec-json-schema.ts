import * as z from "zod";
import { fieldAt, inexpressible } from "./field-path.ts";
import { goPattern } from "./go-pattern.ts";
import type { JsonSchema } from "./json-schema.ts";

/** What to write instead of a type that JSON has not, by the name of zod's type. */
const INSTEAD: Readonly<Record<string, string>> = {
  bigint: "use z.int(), or z.string() with a pattern",
  custom: "give the schema of its JSON form, and check the rest with .refine()",
  date: "use z.iso.datetime() or z.iso.date()",
  map: "use z.record()",
  set: "use z.array()",
  symbol: "use z.enum()",
  transform: "begin with the schema of what is written: z.string().transform(…)",
  undefined: "use .optional()",
};

/**
 * Writes a spec's schema as zod does, for what a user writes: before transforms, with defaults not
 * required. Patterns come out as Go reads them; of zod's own formats, one that Go cannot read is left
 * to zod.
 *
 * @throws TypeError that names the field for a type without a JSON form, and for an author's pattern
 * that Go cannot read.
 */
export function specJsonSchema(spec: z.ZodType): JsonSchema {
  const options = {
    target: "openapi-3.0",
    io: "input",
    metadata: new MetadataWithoutIds(),
    unrepresentable: ({ zodSchema, path, message }) => {
      const { type } = zodSchema._zod.def;
      throw inexpressible(fieldAt(path), message, INSTEAD[type] ?? "use a type that JSON has");
    },
    override: ({ zodSchema, jsonSchema, path }) => {
      if (zodSchema._zod.def.type === "string") writeGoPatterns(zodSchema, jsonSchema, path);
    },
  } satisfies z.core.ToJSONSchemaParams;
  return z.toJSONSchema(spec, options) as JsonSchema;
}

/** An id makes a reference of a schema, and a CRD has none: it is written out where it stands. */
class MetadataWithoutIds extends z.core.$ZodRegistry<Record<string, unknown>> {
  override get<S extends z.core.$ZodType>(schema: S): Record<string, unknown> | undefined {
    const meta = z.globalRegistry.get(schema);
    if (meta === undefined) return undefined;
    const { id: _, ...rest } = meta;
    return rest;
  }
}

/** A check of a string, as far as it is looked at here. */
interface StringCheck {
  readonly format?: string;
  readonly pattern?: RegExp;
}

function writeGoPatterns(
  zodSchema: z.core.$ZodType,
  jsonSchema: z.core.JSONSchema.BaseSchema,
  path: readonly (string | number)[],
): void {
  const def = zodSchema._zod.def as StringCheck & z.core.$ZodTypeDef;
  const checks = [def, ...(def.checks ?? []).map((check) => check._zod.def as StringCheck)];
  const written = (source: string): string | undefined => {
    const check = checks.find(({ pattern }) => pattern?.source === source);
    const result = goPattern(check?.pattern ?? new RegExp(source));
    if ("pattern" in result) return result.pattern;
    if (check?.format !== "regex") return undefined;
    const why = `the API server cannot read its pattern /${source}/, which has ${result.fault}`;
    throw inexpressible(fieldAt(path), why, "write it without, or check it with .refine()");
  };
  for (const each of [jsonSchema, ...(jsonSchema.allOf ?? [])]) {
    if (typeof each.pattern !== "string") continue;
    const pattern = written(each.pattern);
    if (pattern === undefined) delete each.pattern;
    else each.pattern = pattern;
  }
}
