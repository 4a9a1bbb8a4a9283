import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as z from "zod";
import { defineIssuer, type IssuerDefinition } from "../define-issuer.ts";
import { breakingChangesOf, driftOf } from "./drift.ts";
import { manifestFiles } from "./files.ts";
import { describeBreakingChanges, describeDrift } from "./report.ts";

function acme(spec: z.ZodType): IssuerDefinition {
  return defineIssuer({
    group: "acme.example.com",
    version: "v1",
    kinds: { issuer: "AcmeIssuer" },
    spec,
    check: async () => {},
    sign: async () => ({ certificate: "" }),
  });
}

describe("driftOf()", () => {
  const files = [{ path: "a", content: "1\n2\n3\n" }];

  for (const [rule, content, expected] of [
    ["nothing where all is as it should be", "1\n2\n3\n", []],
    ["a file that is missing", undefined, [{ path: "a" }]],
    [
      "the first line that differs",
      "1\nx\n3\n",
      [{ path: "a", line: 2, found: "x", expected: "2" }],
    ],
    ["where a file ends early", "1\n2", [{ path: "a", line: 3, expected: "3" }]],
    ["where a file goes on", "1\n2\n3\n4\n", [{ path: "a", line: 4, found: "4", expected: "" }]],
  ] as const) {
    it(`tells ${rule}`, () => {
      assert.deepEqual(driftOf(files, new Map([["a", content]])), expected);
    });
  }

  it("is told in words", () => {
    const drift = [{ path: "a", line: 2, found: "x", expected: "2" }, { path: "b" }];
    assert.equal(
      describeDrift(drift),
      "a is not what the definitions make of it, first in line 2:\n  is:      x\n  must be: 2\nb is missing",
    );
  });
});

describe("breakingChangesOf()", () => {
  const make = (...definitions: IssuerDefinition[]): ReturnType<typeof manifestFiles> =>
    manifestFiles(definitions, { name: "acme" });
  const present = (files: ReturnType<typeof manifestFiles>): Map<string, string> =>
    new Map(files.map(({ path, content }) => [path, content]));
  const before = make(acme(z.object({ url: z.string() })));

  it("compares the CRDs in the folder with those to be written", () => {
    const changes = breakingChangesOf(make(acme(z.object({ url: z.url() }))), present(before));
    assert.equal(
      describeBreakingChanges(changes),
      'Issuers that exist may be refused, or lose fields, by the new acmeissuers.acme.example.com:\n  spec.url: its format was not set and is "uri"',
    );
  });

  it("tells of a CRD that is gone", () => {
    const crd = "acmeissuers.acme.example.com";
    assert.deepEqual(breakingChangesOf([], present(before)), [{ crd, change: "it is gone" }]);
  });

  it("has nothing to tell where nothing was, or what was is no YAML", () => {
    assert.deepEqual(breakingChangesOf(before, new Map()), []);
    assert.deepEqual(breakingChangesOf(before, new Map([["base/crds.yaml", "{"]])), []);
  });
});
