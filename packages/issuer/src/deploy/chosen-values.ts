import { readFile } from "node:fs/promises";
import { parseDocument } from "yaml";
import * as z from "zod";
import type { Json } from "../outcome.ts";
import { VALUES, type Value } from "./values.ts";

/** Values of the chart, nested as in `values.yaml`. */
export type Values = { readonly [name: string]: Json };

/** What the chart's table of values does not know: which program it is for. */
export interface ImageOptions {
  readonly repository: string;
  readonly tag: string;
}

/** The values that hold where nobody chose others. */
export function defaultValues({ repository, tag }: ImageOptions): Values {
  const defaults = nest((_, { default: value }) => value);
  return mergeValues(defaults, { image: { repository, tag } });
}

/** Values with others in their place, as Helm merges them: maps by their keys, all else whole. */
export function mergeValues(values: Values, others: Values): Values {
  const merged = Object.entries(others).map(([name, other]): [string, Json] => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return [name, isMap(value) && isMap(other) ? mergeValues(value, other) : other];
  });
  return { ...values, ...Object.fromEntries(merged) };
}

/**
 * Reads values that somebody wrote.
 *
 * @throws TypeError that names each value which is wrong.
 */
export function readValues(given: unknown): Values {
  const result = valuesSchema().safeParse(given ?? {});
  if (result.success) return result.data as Values;
  const issues = result.error.issues.map(
    ({ path, message }) => `${path.join(".") || "they"}: ${message}`,
  );
  throw new TypeError(`Cannot use these values: ${issues.join("; ")}`);
}

/**
 * Reads a file of values, as it is given to Helm with `--values`.
 *
 * @throws Error that names the file where it cannot be read; TypeError where it holds no YAML, or
 * wrong values.
 */
export async function readValuesFile(path: string): Promise<Values> {
  const document = parseDocument(await textOfFile(path));
  const [fault] = document.errors;
  if (fault !== undefined) throw new TypeError(`Cannot read values ${path}: ${fault.message}`);
  return readValues(document.toJS());
}

async function textOfFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "it does not exist" : code;
    throw new Error(`Cannot read values ${path}: ${why}, give a file that can be read`, { cause });
  }
}

/** The JSON Schema of the chart's values, `values.schema.json`. */
export function valuesJsonSchema(): object {
  const schema = z.toJSONSchema(valuesSchema(), { target: "draft-07", io: "input" });
  return { ...schema, ...ONE_WITHOUT_LEASES };
}

/** Two pods that do not know of each other would both sign. */
const ONE_WITHOUT_LEASES = {
  if: {
    required: ["leaderElection"],
    properties: {
      leaderElection: { required: ["enabled"], properties: { enabled: { const: false } } },
      sharding: { properties: { enabled: { const: false } } },
    },
  },
  // biome-ignore lint/suspicious/noThenProperty: it is JSON Schema's word.
  then: { properties: { replicas: { maximum: 1 } } },
};

function valuesSchema(): z.ZodType {
  const fields = nest((_, { schema, description }) => schema.optional().describe(description));
  // Helm gives it to every chart that is part of another.
  return objectOf({ ...fields, global: z.record(z.string(), z.unknown()).optional() }).refine(
    hasLeasesOrOne,
    "leaderElection.enabled or sharding.enabled must be true where replicas is more than 1",
  );
}

function hasLeasesOrOne(given: unknown): boolean {
  const { replicas, leaderElection, sharding } = Object(given) as {
    replicas?: number;
    leaderElection?: { enabled?: boolean };
    sharding?: { enabled?: boolean };
  };
  const isOne = (replicas ?? Number(VALUES.replicas?.default)) <= 1;
  return isOne || leaderElection?.enabled !== false || sharding?.enabled === true;
}

type Nested<T> = { readonly [name: string]: T | Nested<T> };

function objectOf(fields: Nested<z.ZodType>): z.ZodType {
  const shape = Object.entries(fields).map(([name, field]) => [
    name,
    field instanceof z.ZodType ? field : objectOf(field).optional(),
  ]);
  return z.strictObject(Object.fromEntries(shape));
}

/** Puts something for each value where the value is in `values.yaml`. */
export function nest<T>(make: (path: string, value: Value) => T): { readonly [name: string]: T } {
  const root: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(VALUES)) {
    const names = path.split(".");
    const last = names.pop() ?? path;
    const place = names.reduce((at, name) => {
      at[name] ??= {};
      return at[name] as Record<string, unknown>;
    }, root);
    place[last] = make(path, value);
  }
  return root as { readonly [name: string]: T };
}

function isMap(value: Json | undefined): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
