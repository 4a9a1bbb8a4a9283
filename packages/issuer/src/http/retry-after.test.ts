import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseRetryAfter } from "./retry-after.ts";

describe("parseRetryAfter()", () => {
  const now = new Date("2030-01-02T03:04:05Z");
  const rows: [value: string | undefined, date: string | undefined, ms: number | undefined][] = [
    ["0", undefined, 0],
    ["120", undefined, 120_000],
    [" 7 ", undefined, 7_000],
    ["Wed, 02 Jan 2030 03:05:05 GMT", undefined, 60_000],
    ["Wednesday, 02-Jan-30 03:05:05 GMT", undefined, 60_000],
    ["Wed Jan  2 03:05:05 2030", undefined, 60_000],
    ["Wed, 02 Jan 2030 03:00:00 GMT", undefined, 0],
    // The CA's clock is a day ahead, and so is its Date.
    ["Thu, 03 Jan 2030 03:05:05 GMT", "Thu, 03 Jan 2030 03:04:05 GMT", 60_000],
    ["Thu, 03 Jan 2030 03:05:05 GMT", "yesterday", 86_460_000],
    [undefined, undefined, undefined],
    ["", undefined, undefined],
    ["-1", undefined, undefined],
    ["1.5", undefined, undefined],
    ["soon", undefined, undefined],
    ["2030-01-02", undefined, undefined],
    ["99999999999999999999", undefined, undefined],
  ];
  for (const [value, date, ms] of rows) {
    test(`reads ${value} as ${ms}${date === undefined ? "" : `, dated ${date}`}`, () => {
      assert.equal(parseRetryAfter(value, { date, now }), ms);
    });
  }
});
