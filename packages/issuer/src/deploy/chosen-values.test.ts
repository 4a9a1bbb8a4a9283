import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { defaultValues, mergeValues, readValues, valuesJsonSchema } from "./chosen-values.ts";

describe("readValues()", () => {
  for (const [given, words] of [
    [{ replica: 1 }, /Unrecognized key: "replica"/],
    [{ image: { name: "x" } }, /image: Unrecognized key: "name"/],
    [{ replicas: -1 }, /replicas: Too small/],
    [{ namespaces: ["Team A"] }, /namespaces\.0: must be a DNS label/],
    [{ secretNames: { a: ["/"] } }, /secretNames\.a\.0: must be a DNS name/],
    [{ maxRetryDuration: "10" }, /maxRetryDuration: must be a duration such as 90s/],
    [{ logLevel: "loud" }, /logLevel: Invalid option: expected one of "debug"\|/],
    [
      { leaderElection: { enabled: false } },
      /they: leaderElection\.enabled or sharding\.enabled must be true where replicas is more than 1/,
    ],
    [[], /they: Invalid input: expected object/],
  ] as const) {
    it(`refuses ${JSON.stringify(given)}`, () => {
      assert.throws(() => readValues(given), { name: "TypeError", message: words });
    });
  }

  it("takes none", () => assert.deepEqual(readValues(undefined), {}));

  it("takes the table's defaults", () => {
    const values = defaultValues({ repository: "acme", tag: "1" });
    assert.deepEqual(readValues(values), values);
  });

  for (const [rule, values] of [
    ["one pod without a lease", { replicas: 1, leaderElection: { enabled: false } }],
    [
      "several that divide the work",
      { leaderElection: { enabled: false }, sharding: { enabled: true } },
    ],
  ] as const) {
    it(`takes ${rule}`, () => assert.deepEqual(readValues(values), values));
  }
});

describe("mergeValues()", () => {
  it("merges maps by their keys and takes all else whole, as Helm does", () => {
    const merged = mergeValues({ a: { b: 1, c: [1, 2] }, d: 1 }, { a: { c: [3] }, e: { f: 1 } });
    assert.deepEqual(merged, { a: { b: 1, c: [3] }, d: 1, e: { f: 1 } });
  });
});

describe("valuesJsonSchema()", () => {
  it("describes each value and allows no other", () => {
    const { properties, additionalProperties } = valuesJsonSchema() as {
      properties: Record<string, { description?: string; pattern?: string }>;
      additionalProperties: boolean;
    };
    assert.equal(additionalProperties, false);
    assert.equal(properties.replicas?.description?.startsWith("How many pods run."), true);
    assert.equal(properties.maxRetryDuration?.pattern, "^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$");
  });
});
