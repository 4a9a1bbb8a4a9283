import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  cel,
  crdOf,
  defineIssuer,
  goDuration,
  IMMUTABLE,
  kindsOf,
  type Manifest,
  printerColumn,
} from "@countersign/issuer";
import { type ApiError, defineResource, type KubeObject } from "@countersign/kube";
import { applyObjects, namespace as namespaceObject } from "@countersign/testing";
import * as z from "zod";
import { type Cluster, connect } from "./cluster/connect.ts";
import { type DryRun, startDryRun } from "./manifests/dry-run.ts";

const NAMESPACE = "spec-schema";

/** A field of every kind that a spec can have. Each may be left out: what is refused is one value. */
const FIELDS = {
  text: z.string().min(2).max(5),
  url: z.url().describe("Where it is."),
  email: z.email(),
  uuid: z.uuid(),
  time: z.iso.datetime(),
  period: z.iso.duration(),
  address: z.union([z.ipv4(), z.ipv6()]),
  base64: z.base64(),
  host: z.hostname(),
  pattern: z.string().regex(/^a\/é+$/i),
  patterns: z.string().startsWith("a").endsWith("z"),
  integer: z.int().min(1).max(9),
  number: z.number().gt(0).lt(1).multipleOf(0.25).multipleOf(0.5),
  bits: z.int32(),
  float: z.float64(),
  truth: z.boolean(),
  choice: z.enum(["a", "b"]),
  literal: z.literal(["a", "b"]),
  one: z.literal(1),
  maybeNull: z.string().max(3).nullable(),
  choiceOrNull: z.enum(["a", "b"]).nullable(),
  unionWithNull: z.union([z.int(), z.null()]),
  list: z.array(z.string().max(2)).min(1).max(2),
  set: z.array(z.string()).meta({ "x-kubernetes-list-type": "set" }),
  tuple: z.tuple([z.string(), z.string()]),
  map: z.record(z.string(), z.int().max(9)),
  choices: z.partialRecord(z.enum(["a", "b"]), z.string()),
  anything: z.unknown(),
  bag: z.record(z.string(), z.unknown()),
  open: z.looseObject({ a: z.string() }),
  strict: z.strictObject({ a: z.string() }),
  portOrName: z.union([z.int().min(1), z.string().regex(/^[a-z]+$/)]),
  textOf: z.union([z.literal("auto"), z.string().regex(/^[0-9]+%$/)]),
  both: z.object({ a: z.string() }).and(z.object({ b: z.int() })),
  auth: z.discriminatedUnion("mode", [
    z.object({ mode: z.literal("token"), secret: z.object({ name: z.string().min(1) }) }),
    z.object({ mode: z.literal("mtls"), secret: z.object({ key: z.string() }), port: z.int() }),
  ]),
  byName: z
    .array(z.object({ name: z.string(), value: z.string().max(64).meta(cel(IMMUTABLE)) }))
    .max(8)
    .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] }),
  duration: goDuration(),
  transformed: z.string().transform(Number).default(3),
  described: z.string().meta({ id: "Described", title: "T", examples: ["x"], deprecated: true }),
  readOnly: z.string().readonly(),
  range: z
    .object({ from: z.int(), to: z.int() })
    .meta(cel({ rule: "self.from <= self.to", message: "from must not be above to" })),
  fixed: z.string().meta(cel(IMMUTABLE)),
  in: z.string().meta(cel(IMMUTABLE)),
  "with-dash.and/more": z.string().meta(cel(IMMUTABLE)),
} as const;

const definition = defineIssuer({
  group: "spec-schema.example.com",
  version: "v1",
  kinds: { issuer: "SchemaIssuer" },
  spec: z
    .object(FIELDS)
    .partial()
    .extend({
      profile: z
        .string()
        .meta(printerColumn({ name: "Profile" }))
        .default("tls"),
      pool: z.object({ size: z.int().default(4) }).prefault({}),
    }),
  check: async () => {},
  sign: async () => ({ certificate: "" }),
});

const ISSUERS = defineResource<KubeObject & { readonly spec: object }>({
  group: "spec-schema.example.com",
  version: "v1",
  kind: "SchemaIssuer",
  plural: "schemaissuers",
  namespaced: true,
});

const CRDS = defineResource({
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  namespaced: false,
});

/** Values that zod takes, and the API server must. */
const TAKEN: readonly object[] = [
  { text: "abc", url: "https://ca.example.com/x?y", email: "a@example.com", integer: 9 },
  { uuid: "123e4567-e89b-42d3-a456-426614174000", time: "2026-01-02T03:04:05Z", period: "P1D" },
  { address: "192.0.2.1", base64: "YQ==", host: "ca.example.com", pattern: "A/É", patterns: "az" },
  { address: "2001:db8::1", number: 0.5, bits: -1, float: 1e300, truth: false, one: 1 },
  { choice: "a", literal: "b", maybeNull: null, choiceOrNull: null, unionWithNull: null },
  { maybeNull: "abc", choiceOrNull: "b", unionWithNull: 3, list: ["a", "b"], tuple: ["a", "b"] },
  { map: { x: 1 }, choices: { a: "x" }, anything: [1, { a: null }], bag: { x: { y: 1 } } },
  { open: { a: "x", b: { c: 1 } }, strict: { a: "x" }, portOrName: 80, both: { a: "x", b: 1 } },
  { portOrName: "http", textOf: "auto", auth: { mode: "token", secret: { name: "x" } } },
  { textOf: "50%", auth: { mode: "mtls", secret: { key: "x" }, port: 1 }, duration: "1h30m" },
  { byName: [{ name: "a", value: "x" }], transformed: "5", range: { from: 1, to: 1 }, set: ["a"] },
];

/** Fields whose rules zod does not know. */
const KUBERNETES_OWN = new Set(["range", "set", "unknown"]);

/** Values that zod refuses, and how the API server does. */
const REFUSED: readonly [spec: object, words: RegExp][] = [
  [{ text: "a" }, /spec\.text in body should be at least 2 chars long/],
  [{ text: 5 }, /spec\.text.*(must be of type string|expected string)/],
  [{ url: "no url" }, /spec\.url in body must be of type uri/],
  [{ email: "a@@example.com" }, /spec\.email in body (must be of type email|should match)/],
  [{ time: "yesterday" }, /spec\.time in body (must be of type date-time|should match)/],
  [{ address: "192.0.2" }, /spec\.address/],
  [{ pattern: "b" }, /spec\.pattern in body should match/],
  [{ patterns: "ab" }, /spec\.patterns/],
  [{ integer: 10 }, /spec\.integer in body should be less than or equal to 9/],
  [{ integer: 1.5 }, /spec\.integer/],
  [{ number: 0 }, /spec\.number in body should be greater than 0/],
  [{ number: 0.75 }, /spec\.number/],
  [{ choice: "c" }, /spec\.choice: Unsupported value: "c": supported values: "a", "b"/],
  [{ choiceOrNull: "c" }, /spec\.choiceOrNull: Unsupported value: "c"/],
  [{ one: 2 }, /spec\.one: Unsupported value/],
  [{ text: null }, /spec\.text/],
  [{ list: [] }, /spec\.list in body should have at least 1 items/],
  [{ list: ["abc"] }, /spec\.list\[0\].*(may not be more than 2|should be at most 2)/],
  [{ set: ["a", "a"] }, /spec\.set.*[dD]uplicate/],
  [{ tuple: ["a"] }, /spec\.tuple in body should have at least 2 items/],
  [{ map: { x: 10 } }, /spec\.map\.x.*should be less than or equal to 9/],
  [{ portOrName: 0 }, /spec\.portOrName/],
  [{ portOrName: "-" }, /spec\.portOrName in body should match/],
  [{ portOrName: true }, /spec\.portOrName/],
  [{ textOf: "half" }, /spec\.textOf/],
  [{ both: { a: "x" } }, /spec\.both\.b: Required value/],
  [{ auth: { mode: "none" } }, /spec\.auth\.mode: Unsupported value: "none"/],
  [{ auth: { mode: "token" } }, /spec\.auth/],
  [{ auth: { mode: "token", secret: { name: "" } } }, /spec\.auth/],
  [{ auth: { mode: "mtls", secret: { key: "x" } } }, /spec\.auth/],
  [{ duration: "soon" }, /spec\.duration in body should match/],
  [{ range: { from: 2, to: 1 } }, /spec\.range: Invalid value: .*from must not be above to/],
  [{ unknown: 1 }, /field not declared in schema|unknown field "spec\.unknown"/],
];

/** Changes of an immutable field, each of which is refused. */
const CHANGES: readonly [before: object, after: object, words: RegExp][] = [
  [
    { fixed: "a" },
    { fixed: "b" },
    /spec\.fixed: .*must stay what it was when the issuer was created/,
  ],
  [{}, { fixed: "b" }, /spec: .*fixed must not be added or removed after the issuer was created/],
  [{ fixed: "a" }, { fixed: null }, /fixed must not be added or removed/],
  [{}, { in: "b" }, /in must not be added or removed/],
  [{}, { "with-dash.and/more": "b" }, /with-dash\.and\/more must not be added or removed/],
  [
    { byName: [{ name: "a", value: "x" }] },
    { byName: [{ name: "a", value: "y" }] },
    /spec\.byName\[0\]\.value: .*must stay what it was/,
  ],
];

describe("the schema of a spec, as the API server reads it", () => {
  let cluster: Cluster;
  let dryRun: DryRun;
  let crd: Manifest;

  before(async () => {
    cluster = await connect();
    dryRun = await startDryRun();
    const [kind] = kindsOf([definition]);
    assert.ok(kind);
    crd = crdOf(kind);
    await dryRun.apply(crd);
    await applyObjects(cluster.client, [crd, namespaceObject(NAMESPACE)]);
  });
  after(async () => {
    await dryRun[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  function issuer(spec: object, name = "issuer"): KubeObject {
    const { group, version, kind } = ISSUERS;
    const metadata = { namespace: NAMESPACE, name };
    return { apiVersion: `${group}/${version}`, kind, metadata, spec } as KubeObject;
  }

  it("is one that it keeps no part of to itself: all is structural", async () => {
    const { status } = (await cluster.client.get(CRDS, { name: crd.metadata.name })) as {
      status?: { conditions?: readonly { type: string; status: string; message: string }[] };
    };
    const problems = (status?.conditions ?? []).filter(
      ({ type, status }) => type === "NonStructuralSchema" && status === "True",
    );
    assert.deepEqual(problems, []);
  });

  for (const spec of TAKEN) {
    it(`takes ${JSON.stringify(spec)}, as zod does`, async () => {
      definition.spec.parse(spec);
      await dryRun.apply(issuer(spec));
    });
  }

  for (const [spec, words] of REFUSED) {
    it(`refuses ${JSON.stringify(spec)}`, async () => {
      const isUnknownToZod = Object.keys(spec).some((field) => KUBERNETES_OWN.has(field));
      assert.equal(definition.spec.safeParse(spec).success, isUnknownToZod);
      await assert.rejects(dryRun.apply(issuer(spec)), (error: ApiError) => {
        assert.match(error.message, words);
        return true;
      });
    });
  }

  it("fills in defaults, also within objects that have some", async () => {
    const metadata = { namespace: NAMESPACE, name: "defaults" };
    const { spec } = await cluster.client.create(ISSUERS, { metadata, spec: {} });
    assert.deepEqual(spec, { profile: "tls", pool: { size: 4 } });
  });

  for (const [index, [was, is, words]] of CHANGES.entries()) {
    it(`refuses to change ${JSON.stringify(was)} to ${JSON.stringify(is)}`, async () => {
      const metadata = { namespace: NAMESPACE, name: `change-${index}` };
      await cluster.client.create(ISSUERS, { metadata, spec: was });
      await assert.rejects(cluster.client.mergePatch(ISSUERS, metadata, { spec: is }), words);
    });
  }
});
