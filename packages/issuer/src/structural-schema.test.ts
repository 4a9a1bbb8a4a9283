import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as z from "zod";
import { structuralSchema } from "./structural-schema.ts";

describe("structuralSchema()", () => {
  it("keeps types, descriptions, defaults, formats and bounds", () => {
    const schema = z.object({
      url: z.url().describe("Where the CA is."),
      profile: z.string().default("tls").optional(),
      retries: z.number().int().min(0).max(9),
    });
    assert.deepEqual(structuralSchema(schema), {
      type: "object",
      required: ["url", "retries"],
      properties: {
        url: { type: "string", format: "uri", description: "Where the CA is." },
        profile: { type: "string", default: "tls" },
        retries: { type: "integer", minimum: 0, maximum: 9 },
      },
    });
  });

  it("drops the bounds that zod gives to every integer", () => {
    assert.deepEqual(structuralSchema(z.object({ n: z.int() })), {
      type: "object",
      required: ["n"],
      properties: { n: { type: "integer" } },
    });
  });

  it("hoists the fields of a union out of its branches", () => {
    const schema = z.discriminatedUnion("mode", [
      z.object({ mode: z.literal("token"), tokenSecret: z.string() }),
      z.object({ mode: z.literal("mtls"), keySecret: z.string() }),
    ]);
    const result = structuralSchema(schema) as {
      properties: object;
      oneOf?: object[];
      anyOf?: object[];
    };
    assert.deepEqual(result.properties, {
      mode: { type: "string" },
      tokenSecret: { type: "string" },
      keySecret: { type: "string" },
    });
    const [branch] = result.oneOf ?? result.anyOf ?? [];
    assert.deepEqual(branch, {
      properties: { mode: { enum: ["token"] }, tokenSecret: {} },
      required: ["mode", "tokenSecret"],
    });
  });

  it("keeps CEL rules", () => {
    const rule = [{ rule: "self.a != self.b", message: "a and b must differ" }];
    const schema = z
      .object({ a: z.string(), b: z.string() })
      .meta({ "x-kubernetes-validations": rule });
    assert.deepEqual(
      (structuralSchema(schema) as Record<string, unknown>)["x-kubernetes-validations"],
      rule,
    );
  });

  it("lets anything stand where zod says nothing", () => {
    assert.deepEqual(structuralSchema(z.object({ extra: z.unknown().optional() })), {
      type: "object",
      properties: { extra: { "x-kubernetes-preserve-unknown-fields": true } },
    });
  });

  it("keeps a record's values as additionalProperties", () => {
    assert.deepEqual(structuralSchema(z.object({ labels: z.record(z.string(), z.string()) })), {
      type: "object",
      required: ["labels"],
      properties: { labels: { type: "object", additionalProperties: { type: "string" } } },
    });
  });

  it("refuses a union of types that a CRD cannot express", () => {
    assert.throws(() => structuralSchema(z.object({ a: z.union([z.string(), z.number()]) })), {
      name: "TypeError",
      message: "Cannot make a CRD of a union of string and number: its members must have one type",
    });
  });
});
