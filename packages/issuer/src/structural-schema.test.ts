import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as z from "zod";
import { cel, IMMUTABLE } from "./cel.ts";
import type { JsonSchema } from "./json-schema.ts";
import { structuralSchema } from "./structural-schema.ts";

/** The schema of a spec's one field. */
function fieldOf(schema: z.ZodType): JsonSchema | undefined {
  return structuralSchema(z.object({ field: schema })).properties?.field;
}

const RULES = [{ rule: "self.a != self.b", message: "a and b must differ" }];

/** What a field is in zod, and what it is in a CRD. */
const FIELDS: readonly [rule: string, schema: z.ZodType, expected: JsonSchema][] = [
  ["a string", z.string().min(1).max(9), { type: "string", minLength: 1, maxLength: 9 }],
  ["a URL", z.url().describe("Where."), { type: "string", format: "uri", description: "Where." }],
  ["a number", z.number().positive(), { type: "number", minimum: 0, exclusiveMinimum: true }],
  ["an integer without the bounds of a double", z.int(), { type: "integer" }],
  ["an integer with bounds", z.int().min(0).max(9), { type: "integer", minimum: 0, maximum: 9 }],
  ["a boolean", z.boolean(), { type: "boolean" }],
  ["a default", z.string().default("tls"), { type: "string", default: "tls" }],
  [
    "no default of what a transform makes",
    z.string().transform(Number).default(3),
    { type: "string" },
  ],
  ["an enum", z.enum(["a", "b"]), { type: "string", enum: ["a", "b"] }],
  ["a literal", z.literal(3), { type: "number", enum: [3] }],
  [
    "a literal or null",
    z.literal(["a", null]),
    { type: "string", nullable: true, allOf: [{ enum: ["a"] }] },
  ],
  ["nullable", z.string().nullable(), { type: "string", nullable: true }],
  [
    "an enum or null",
    z.enum(["a"]).nullable(),
    { type: "string", nullable: true, allOf: [{ enum: ["a"] }] },
  ],
  ["a union with null", z.union([z.string(), z.null()]), { type: "string", nullable: true }],
  ["a list", z.array(z.string()).max(3), { type: "array", maxItems: 3, items: { type: "string" } }],
  [
    "a tuple of one type",
    z.tuple([z.string(), z.string()]),
    { type: "array", items: { type: "string" }, minItems: 2, maxItems: 2 },
  ],
  [
    "a record",
    z.record(z.string(), z.int()),
    { type: "object", additionalProperties: { type: "integer" } },
  ],
  [
    "a record of anything",
    z.record(z.string(), z.unknown()),
    { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  ],
  ["anything", z.unknown(), { "x-kubernetes-preserve-unknown-fields": true }],
  [
    "an object with whatever else",
    z.looseObject({ a: z.string() }),
    {
      type: "object",
      required: ["a"],
      properties: { a: { type: "string" } },
      "x-kubernetes-preserve-unknown-fields": true,
    },
  ],
  ["a strict object", z.strictObject({}), { type: "object", properties: {} }],
  ["a transform as it is written", z.string().transform(Number), { type: "string" }],
  ["no format that is another to Go", z.iso.duration(), { type: "string" }],
  ["a read-only field", z.string().readonly(), { type: "string" }],
  [
    "a title, and no keyword that CRDs have not",
    z.string().meta({ title: "T", deprecated: true }),
    { type: "string", title: "T" },
  ],
  ["a schema with an id, written out", z.string().meta({ id: "Name" }), { type: "string" }],
  [
    "CEL rules",
    z.object({}).meta(cel(...RULES)),
    { type: "object", properties: {}, "x-kubernetes-validations": RULES },
  ],
  [
    "a pattern without case",
    z.string().regex(/^a\u00e9/i),
    { type: "string", pattern: "(?i)^a\\x{00e9}" },
  ],
  [
    "two patterns",
    z.string().regex(/a/).regex(/b/),
    { type: "string", allOf: [{ pattern: "a" }, { pattern: "b" }] },
  ],
  [
    "two divisors",
    z.number().multipleOf(3).multipleOf(5),
    { type: "number", multipleOf: 3, allOf: [{ multipleOf: 5 }] },
  ],
  [
    "an integer or a string",
    z.union([z.int().min(1), z.string().regex(/%$/)]),
    { "x-kubernetes-int-or-string": true, minimum: 1, pattern: "%$" },
  ],
  [
    "a union of one type",
    z.union([z.literal("a"), z.string().regex(/^x/)]),
    { type: "string", anyOf: [{ enum: ["a"] }, { pattern: "^x" }] },
  ],
  [
    "a union with a branch that says nothing",
    z.union([z.literal("a"), z.string()]),
    { type: "string" },
  ],
  ["an integer or another number", z.union([z.int(), z.number().min(3)]), { type: "number" }],
  [
    "an intersection",
    z.object({ a: z.string() }).and(z.object({ b: z.int() })),
    {
      type: "object",
      required: ["a", "b"],
      properties: { a: { type: "string" }, b: { type: "integer" } },
    },
  ],
];

/** What a CRD cannot express, and the field that is named. */
const REFUSED: readonly [schema: z.ZodType, words: RegExp][] = [
  [z.date(), /^Cannot make a CRD of field spec\.field: Date cannot .*; use z\.iso\.datetime\(\)/],
  [z.array(z.object({ n: z.bigint() })), /field spec\.field\[\]\.n: BigInt cannot .*; use z\.int/],
  [
    z.record(z.string(), z.set(z.string())),
    /field spec\.field\.\*: Set cannot .*; use z\.array\(\)/,
  ],
  [z.map(z.string(), z.string()), /Map cannot .*; use z\.record\(\)/],
  [z.never(), /spec\.field: no value is allowed; leave it out/],
  [z.json(), /spec\.field: it contains itself; use z\.unknown\(\)/],
  [
    z.union([z.string(), z.boolean()]),
    /spec\.field: a union has it as string and boolean; it must/,
  ],
  [z.tuple([z.string(), z.boolean()]), /spec\.field\[\]: a union has it as string and boolean/],
  [
    z.union([z.object({ a: z.string() }), z.object({ a: z.object({}) })]),
    /spec\.field\.a: a union has it as string and object/,
  ],
  [
    z.object({ a: z.string() }).catchall(z.int()),
    /its own and \.catchall\(\).*; put the others into/,
  ],
  [
    z.string().regex(/^(?!a)/),
    /cannot read its pattern \/\^\(\?!a\)\/, which has a lookaround; write/,
  ],
  [z.string().regex(/^a{1001}$/), /has more than 1000 repetitions/],
  [
    z.string().meta({ "x-kubernetes-validation": RULES }),
    /a CRD has no x-kubernetes-validation; it must be one of .*x-kubernetes-validations/,
  ],
  [
    z.array(z.object({ a: z.string().meta(cel(IMMUTABLE)) })),
    /spec\.field\[\]\.a: it is in a list, and its rule compares it with its value before; put the rule/,
  ],
  [
    z.union([z.object({ a: z.string().meta(cel(...RULES)) }), z.object({ a: z.string() })]),
    /spec\.field\.a: it has different CEL rules in the branches of a union/,
  ],
];

describe("structuralSchema()", () => {
  for (const [rule, schema, expected] of FIELDS) {
    it(`writes ${rule}`, () => assert.deepEqual(fieldOf(schema), expected));
  }

  for (const [schema, words] of REFUSED) {
    it(`refuses ${schema._zod.def.type} where ${words.source}`, () => {
      assert.throws(() => fieldOf(schema), { name: "TypeError", message: words });
    });
  }

  it("refuses a spec that is no object", () => {
    const message = "Cannot make a CRD of field spec: it is string; use z.object()";
    assert.throws(() => structuralSchema(z.string()), { name: "TypeError", message });
  });

  it("requires what may not be left out, which a field with a default may", () => {
    const schema = z.object({ a: z.string(), b: z.string().optional(), c: z.int().default(1) });
    assert.deepEqual(structuralSchema(schema).required, ["a"]);
  });

  it("takes the fields of a union out of its branches, nested ones as well", () => {
    const schema = z.discriminatedUnion("mode", [
      z.object({ mode: z.literal("token"), auth: z.object({ secret: z.string().min(1) }) }),
      z.object({ mode: z.literal("mtls"), auth: z.object({ port: z.int() }) }),
    ]);
    assert.deepEqual(structuralSchema(schema), {
      type: "object",
      properties: {
        mode: { type: "string", enum: ["token", "mtls"] },
        auth: {
          type: "object",
          properties: { secret: { type: "string" }, port: { type: "integer" } },
        },
      },
      anyOf: [
        {
          required: ["mode", "auth"],
          properties: {
            mode: { enum: ["token"] },
            auth: { required: ["secret"], properties: { secret: { minLength: 1 } } },
          },
        },
        {
          required: ["mode", "auth"],
          properties: { mode: { enum: ["mtls"] }, auth: { required: ["port"] } },
        },
      ],
    });
  });

  it("keeps an optional immutable field from being added or removed, within a union too", () => {
    const url = z.string().optional().meta(cel(IMMUTABLE));
    const rule = "has(self.url) == has(oldSelf.url)";
    const message = "url must not be added or removed after the issuer was created";
    const union = z.union([z.object({ a: z.string(), url }), z.object({ b: z.string() })]);
    for (const schema of [z.object({ url }), union]) {
      const { "x-kubernetes-validations": rules } = structuralSchema(schema);
      assert.deepEqual(rules, [{ rule, message }]);
    }
  });

  it("writes a field's name as CEL does", () => {
    const field = z.string().optional().meta(cel(IMMUTABLE));
    const schema = z.object({ "a-b": field, "c.d": field, in: field });
    const rules = structuralSchema(schema)["x-kubernetes-validations"] as { rule: string }[];
    assert.deepEqual(
      rules.map(({ rule }) => rule),
      ["a__dash__b", "c__dot__d", "__in__"].map(
        (each) => `has(self.${each}) == has(oldSelf.${each})`,
      ),
    );
  });

  it("keeps rules when the schema is narrowed after them", () => {
    const schema = fieldOf(z.string().meta(cel(IMMUTABLE)).max(5).describe("Five."));
    assert.deepEqual(schema?.["x-kubernetes-validations"], [IMMUTABLE]);
  });

  it("writes no pattern that Go cannot read for a format of zod's own", () => {
    assert.equal(fieldOf(z.hostname())?.pattern, undefined);
  });
});
