import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatGoDuration, parseGoDuration } from "./go-duration.ts";

describe("parseGoDuration()", () => {
  const cases: [text: string, ms: number][] = [
    ["0", 0],
    ["10m", 600_000],
    ["1h30m", 5_400_000],
    ["2160h0m0s", 90 * 24 * 3_600_000],
    ["1.5s", 1_500],
    [".5s", 500],
    ["250ms", 250],
    ["-1m", -60_000],
    ["1µs", 0.001],
  ];
  for (const [text, ms] of cases) {
    it(`reads ${text}`, () => assert.equal(parseGoDuration(text), ms));
  }

  for (const text of ["", "10", "m", "1d", "1h ", "1h30", "abc", "-"]) {
    it(`refuses ${JSON.stringify(text)}`, () =>
      assert.throws(() => parseGoDuration(text), {
        name: "SyntaxError",
        message: `Cannot parse duration ${JSON.stringify(text)}: must be numbers with units, such as 90s, 10m or 1h30m`,
      }));
  }
});

describe("formatGoDuration()", () => {
  const cases: [ms: number, text: string][] = [
    [0, "0ms"],
    [850, "850ms"],
    [12_345, "12s"],
    [600_000, "10m"],
    [5_400_000, "1h30m"],
    [3_601_000, "1h1s"],
  ];
  for (const [ms, text] of cases) {
    it(`writes ${text}`, () => assert.equal(formatGoDuration(ms), text));
  }
});
