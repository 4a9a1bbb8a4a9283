import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Figure, formatFigures, isWithin } from "./verdict.ts";

const LOST: Figure = { name: "requests lost", value: 1, unit: "", bar: 0 };
const TIME: Figure = { name: "p99", value: 12.34, unit: "ms", bar: 1_000 };

describe("isWithin()", () => {
  const rows: [what: string, figure: Figure, expected: boolean][] = [
    ["holds for what is below its bar", TIME, true],
    ["holds for what is at its bar", { ...LOST, value: 0 }, true],
    ["does not hold for what is above", LOST, false],
    ["does not hold for what could not be measured", { ...TIME, value: Number.NaN }, false],
    ["holds for what is not judged", { ...TIME, value: Number.NaN, bar: undefined }, true],
  ];
  for (const [what, figure, expected] of rows) {
    it(what, () => assert.equal(isWithin(figure), expected));
  }
});

describe("formatFigures()", () => {
  it("puts what is above its bar in a line of its own, and units behind", () => {
    assert.equal(
      formatFigures([LOST, TIME]),
      "✖  requests lost        1  ≤ 0\n✔  p99            12.3 ms  ≤ 1000 ms",
    );
  });
});
