import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type CheckResult, reportOfCheck, termOf } from "./check-result.ts";

const DAY_MS = 24 * 3_600_000;
const NOW = new Date("2026-06-01T00:00:00Z");

function days(count: number): Date {
  return new Date(NOW.getTime() + count * DAY_MS);
}

describe("termOf()", () => {
  const rows: [rule: string, result: CheckResult, term: string, changesInDays?: number][] = [
    ["nothing is known", {}, "open"],
    ["only the beginning is known", { notBefore: days(-1) }, "open"],
    ["the end is far", { notAfter: days(365) }, "running", 335],
    ["the end is 30 days and a bit away", { notAfter: days(30.5) }, "running", 0.5],
    ["the end is 30 days away", { notAfter: days(30) }, "ending", 30],
    ["the end is a moment away", { notAfter: new Date(NOW.getTime() + 1) }, "ending", 1 / DAY_MS],
    ["it has just ended", { notAfter: NOW }, "over"],
    ["it has ended long ago", { notAfter: days(-100) }, "over"],
    [
      "it lives for 30 days, and has 10 and a bit left",
      { notBefore: days(-19.5), notAfter: days(10.5) },
      "running",
      0.5,
    ],
    [
      "it lives for 30 days, and has 10 left",
      { notBefore: days(-20), notAfter: days(10) },
      "ending",
      10,
    ],
    [
      "it lives for ten years, and has 31 days left",
      { notBefore: days(-3_619), notAfter: days(31) },
      "running",
      1,
    ],
    ["it ends before it begins", { notBefore: days(20), notAfter: days(10) }, "running", 10],
  ];
  for (const [rule, result, term, changesInDays] of rows) {
    it(`is ${term} when ${rule}`, () => {
      const verdict = termOf(result, NOW);
      assert.equal(verdict.term, term);
      const changesInMs = "changesInMs" in verdict ? verdict.changesInMs : undefined;
      assert.equal(changesInMs, changesInDays && changesInDays * DAY_MS);
    });
  }
});

describe("reportOfCheck()", () => {
  const rows: [result: CheckResult | undefined, type: string, message: string][] = [
    [undefined, "ready", "The issuer can issue."],
    [{ message: "It is slow." }, "ready", "The issuer can issue. It is slow."],
    [
      { notAfter: days(365), message: "It is slow." },
      "ready",
      "The issuer can issue until 2027-06-01T00:00:00.000Z. It is slow.",
    ],
    [
      { notAfter: days(10) },
      "ending",
      "The issuer can issue, but its CA ends on 2026-06-11T00:00:00.000Z: renew it.",
    ],
    [
      { notAfter: days(-1) },
      "notReady",
      "The issuer's CA ended on 2026-05-31T00:00:00.000Z: renew it.",
    ],
  ];
  for (const [result, type, message] of rows) {
    it(`says ${JSON.stringify(message)}`, () => {
      const report = reportOfCheck(result, NOW);
      assert.equal(report.type, type);
      assert.equal("message" in report && report.message, message);
    });
  }

  it("says the same at each check between two changes, so that nothing is written", () => {
    const result = { notAfter: days(10) };
    const [first, later] = [NOW, days(3)].map((now) => reportOfCheck(result, now));
    assert.ok(first?.type === "ending" && later?.type === "ending");
    assert.equal(later.message, first.message);
  });

  it("refuses a time that is none", () => {
    assert.throws(() => reportOfCheck({ notAfter: new Date("soon") }, NOW), {
      message: "check() returned notAfter Invalid Date, must be a valid Date",
    });
  });
});
