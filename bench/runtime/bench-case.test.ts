import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Bar, digits, formatBar, isWithin } from "./bench-case.ts";
import { percentile } from "./percentile.ts";

function bar(must: Bar["must"], value: number): Bar {
  return { what: "ours : peer", value, must, limit: 2, unit: "" };
}

describe("isWithin()", () => {
  for (const [must, value, is] of [
    ["at most", 2, true],
    ["at most", 2.1, false],
    ["at least", 2, true],
    ["at least", 1.9, false],
    ["at most", Number.NaN, false],
    ["at least", Number.NaN, false],
  ] as const) {
    it(`says ${is} of ${value}, which must be ${must} 2`, () => {
      assert.equal(isWithin(bar(must, value)), is);
    });
  }
});

describe("formatBar()", () => {
  it("marks a bar that does not hold", () => {
    assert.equal(
      formatBar(bar("at least", 1.5)),
      "✖          1.5  ours : peer (must be at least 2)",
    );
    assert.equal(formatBar(bar("at most", 1.5)), "           1.5  ours : peer (must be at most 2)");
  });
});

describe("digits()", () => {
  for (const [value, text] of [
    [1 / 3, "0.333"],
    [2.5, "2.5"],
    [10, "10"],
    [8_063.4, "8063"],
    [0, "0"],
    [Number.NaN, "–"],
  ] as const) {
    it(`writes ${value} as ${text}`, () => {
      assert.equal(digits(value), text);
    });
  }
});

describe("percentile()", () => {
  it("is the nearest rank, of one value that value", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    assert.equal(percentile(hundred, 0.5), 50);
    assert.equal(percentile(hundred, 0.99), 99);
    assert.equal(percentile([7], 0.99), 7);
  });
});
