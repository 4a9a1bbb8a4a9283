import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { quantile, slopePerHour } from "./trend.ts";

const MINUTE_MS = 60_000;

describe("slopePerHour()", () => {
  const rows: [what: string, values: number[], slope: number][] = [
    ["is nothing for a value that stays", [5, 5, 5, 5], 0],
    ["is what a line grows an hour", [1, 2, 3, 4], 60],
    ["is negative for one that falls", [4, 3, 2, 1], -60],
    ["is that of least squares where values scatter", [0, 2, 0, 2], 24],
    ["is not known of one point", [5], Number.NaN],
  ];
  for (const [what, values, slope] of rows) {
    it(what, () => {
      const points = values.map((value, minute) => ({ atMs: minute * MINUTE_MS, value }));
      assert.equal(slopePerHour(points), slope);
    });
  }
});

describe("quantile()", () => {
  const values = [40, 10, 30, 20];
  const rows: [share: number, value: number][] = [
    [0.25, 10],
    [0.5, 20],
    [0.99, 40],
    [1, 40],
  ];
  for (const [share, value] of rows) {
    it(`of ${share} is the value that so many are at most`, () => {
      assert.equal(quantile(values, share), value);
    });
  }

  it("of no values is not known", () => {
    assert.equal(quantile([], 0.5), Number.NaN);
  });
});
