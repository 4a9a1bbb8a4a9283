import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as z from "zod";
import { breakingChanges } from "./breaking-changes.ts";
import { cel, IMMUTABLE } from "./cel.ts";
import { crdOf } from "./crd.ts";
import { defineIssuer, type IssuerDefinition, kindsOf } from "./define-issuer.ts";
import type { Manifest } from "./manifest.ts";

function crd(spec: z.ZodType, more: Partial<IssuerDefinition> = {}): Manifest {
  const definition = defineIssuer({
    group: "acme.example.com",
    version: "v1",
    kinds: { issuer: "AcmeIssuer" },
    check: async () => {},
    sign: async () => ({ certificate: "" }),
    ...more,
    spec,
  });
  const [kind] = kindsOf([definition]);
  assert.ok(kind);
  return crdOf(kind);
}

function changesOfField(before: z.ZodType, after: z.ZodType): string[] {
  return breakingChanges(crd(z.object({ f: before })), crd(z.object({ f: after })));
}

const RULE = { rule: "self != ''", message: "must not be empty" };

/** What a field was and is, and what that breaks. */
const BREAKING: readonly [before: z.ZodType, after: z.ZodType, expected: string][] = [
  [z.string(), z.int(), "spec.f was string and is integer"],
  [z.unknown(), z.string(), "spec.f was anything and is string"],
  [z.number(), z.int(), "spec.f was number and is integer"],
  [z.enum(["a", "b"]), z.enum(["a"]), 'spec.f: its enum was ["a","b"] and is ["a"]'],
  [z.string(), z.enum(["a"]), 'spec.f: its enum was not set and is ["a"]'],
  [
    z.enum(["a", "b"]).nullable(),
    z.enum(["a"]).nullable(),
    'spec.f: its enum was ["a","b"] and is ["a"]',
  ],
  [z.string(), z.string().regex(/^a/), 'spec.f: its pattern was not set and is "^a"'],
  [z.string().regex(/a/), z.string().regex(/b/), 'spec.f: its pattern was "a" and is "b"'],
  [z.string(), z.url(), 'spec.f: its format was not set and is "uri"'],
  [z.string().max(9), z.string().max(8), "spec.f: its maxLength was 9 and is 8"],
  [z.string(), z.string().max(8), "spec.f: its maxLength was not set and is 8"],
  [z.string().min(1), z.string().min(2), "spec.f: its minLength was 1 and is 2"],
  [z.number().min(1), z.number().min(2), "spec.f: its minimum was 1 and is 2"],
  [z.number().max(2), z.number().max(1), "spec.f: its maximum was 2 and is 1"],
  [z.number().min(1), z.number().gt(1), "spec.f: its exclusiveMinimum was not set and is true"],
  [z.number().max(1), z.number().lt(1), "spec.f: its exclusiveMaximum was not set and is true"],
  [z.number(), z.number().multipleOf(2), "spec.f: its multipleOf was not set and is 2"],
  [z.array(z.string()), z.array(z.string()).min(1), "spec.f: its minItems was not set and is 1"],
  [z.array(z.string()), z.array(z.string()).max(1), "spec.f: its maxItems was not set and is 1"],
  [z.array(z.string()), z.array(z.int()), "spec.f[] was string and is integer"],
  [z.string().nullable(), z.string(), "spec.f: its nullable was true and is not set"],
  [z.string().optional(), z.string(), "spec.f is required now, and has no default"],
  [z.string(), z.string().meta(cel(RULE)), "spec.f has a new rule: must not be empty"],
  [
    z.string(),
    z.string().meta(cel(IMMUTABLE)),
    "spec.f has a new rule: must stay what it was when the issuer was created",
  ],
  [z.union([z.int(), z.string()]), z.string(), "spec.f was integer or string and is string"],
  [
    z.looseObject({}),
    z.object({}),
    "spec.f: its x-kubernetes-preserve-unknown-fields was true and is not set",
  ],
  [
    z.array(z.string()),
    z.array(z.string()).meta({ "x-kubernetes-list-type": "set" }),
    'spec.f: its x-kubernetes-list-type was not set and is "set"',
  ],
  [
    z.union([z.literal("a"), z.string().regex(/b/)]),
    z.union([z.literal("a"), z.string().regex(/c/)]),
    "spec.f: its anyOf is another: a value that fitted may fit no more",
  ],
  [
    z.object({ a: z.string() }),
    z.object({}),
    "spec.f.a is gone: it is dropped from what is stored",
  ],
  [
    z.record(z.string(), z.string().max(2)),
    z.record(z.string(), z.string().max(1)),
    "spec.f.*: its maxLength was 2 and is 1",
  ],
];

/** Changes that leave everything right that was. */
const HARMLESS: readonly [rule: string, before: z.ZodType, after: z.ZodType][] = [
  ["a number may be fractional now", z.int(), z.number()],
  ["more values are listed", z.enum(["a"]), z.enum(["a", "b"])],
  ["a listed value may be null", z.enum(["a"]), z.enum(["a"]).nullable()],
  ["any value is allowed", z.enum(["a"]), z.string()],
  ["a bound is further away", z.string().min(2).max(3), z.string().min(1).max(4)],
  ["a bound is gone", z.string().max(3), z.string()],
  ["it may be left out", z.string(), z.string().optional()],
  ["it has a default", z.string(), z.string().default("x")],
  ["it may be null", z.string(), z.string().nullable()],
  ["a rule is gone", z.string().meta(cel(RULE)), z.string()],
  ["a pattern is gone", z.string().regex(/a/), z.string()],
  ["it may hold anything", z.string(), z.unknown()],
  ["it may be a string as well", z.int(), z.union([z.int(), z.string()])],
  ["it is described", z.string(), z.string().describe("A string.")],
  ["a new field may be left out", z.object({}), z.object({ a: z.string().optional() })],
  ["a field's name is among others", z.object({ a: z.string() }), z.looseObject({})],
];

describe("breakingChanges()", () => {
  for (const [before, after, expected] of BREAKING) {
    it(`says: ${expected}`, () => assert.deepEqual(changesOfField(before, after), [expected]));
  }

  for (const [rule, before, after] of HARMLESS) {
    it(`says nothing where ${rule}`, () => assert.deepEqual(changesOfField(before, after), []));
  }

  it("says that a new field is required, unless it has a default", () => {
    const after = crd(z.object({ a: z.string(), b: z.string().default("x") }));
    assert.deepEqual(breakingChanges(crd(z.object({})), after), [
      "spec.a is required now, and has no default",
    ]);
  });

  it("says that a kind, its scope or its version is another", () => {
    const before = crd(z.object({}));
    const after = crd(z.object({}), { version: "v2", kinds: { clusterIssuer: "AcmeIssuer" } });
    assert.deepEqual(breakingChanges(before, after), [
      "scope was Namespaced and is Cluster",
      "version v1 is served no more",
    ]);
  });

  it("says nothing of what is the same", () => {
    const spec = z.object({ a: z.union([z.literal("x"), z.string().regex(/y/)]) });
    assert.deepEqual(breakingChanges(crd(spec), crd(spec)), []);
  });
});
