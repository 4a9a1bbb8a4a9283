import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readOptions } from "./options.ts";

describe("readOptions()", () => {
  it("measures everything when nothing is said", () => {
    const { cases, pairs, requests, finished, from, peer } = readOptions([]);
    assert.deepEqual(
      { cases, pairs, requests, finished, from, peer },
      {
        cases: [],
        pairs: 5,
        requests: 1_000,
        finished: [10_000, 50_000],
        from: "dist",
        peer: undefined,
      },
    );
  });

  it("reads lists, and a peer's command with its arguments", () => {
    const args = ["--case=backlog", "--case=own", "--finished=10,20", "--peer=./issuer --flag=1"];
    const { cases, finished, peer } = readOptions(args);
    assert.deepEqual(
      { cases, finished, peer },
      { cases: ["backlog", "own"], finished: [10, 20], peer: ["./issuer", "--flag=1"] },
    );
  });

  for (const [args, told] of [
    [["--pairs=0"], /--pairs is 0, must be a whole number from 1/],
    [["--finished=10,x"], /--finished is x, must be/],
    [["--from=build"], /--from is build, must be dist or source/],
    [["--fast"], /--fast/],
  ] as const) {
    it(`refuses ${args}`, () => {
      assert.throws(() => readOptions(args), told);
    });
  }
});
