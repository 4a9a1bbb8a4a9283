import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { afterCheck, afterFault, assumeReady, checkDueInMs } from "./issuer-check.ts";

const ISSUER = { uid: "i1", generation: 1 };
const READY = { ...ISSUER, report: { type: "ready" } } as const;
const NOT_READY = { ...ISSUER, report: { type: "notReady", message: "HTTP 502" } } as const;
const FAILED = { ...ISSUER, report: { type: "failed", message: "bad spec" } } as const;

function at(now: number): { now: number; random: () => number } {
  return { now, random: () => 0 };
}

describe("checkDueInMs()", () => {
  it("is due at once when it was never checked", () => {
    assert.equal(checkDueInMs(undefined, ISSUER, 0), 0);
  });

  it("is due at once when its spec has changed or it was made anew", () => {
    const state = afterCheck(undefined, READY, at(0));
    assert.equal(checkDueInMs(state, { uid: "i1", generation: 2 }, 1), 0);
    assert.equal(checkDueInMs(state, { uid: "i2", generation: 1 }, 1), 0);
  });

  it("is due again after ten minutes when it is ready", () => {
    const state = afterCheck(undefined, READY, at(0));
    assert.equal(checkDueInMs(state, ISSUER, 1_000), 599_000);
    assert.equal(checkDueInMs(state, ISSUER, 700_000), 0);
  });

  for (const type of ["ready", "ending"] as const) {
    it(`is due when its report changes, and not later than ever when it is ${type}`, () => {
      const report = { type, message: "", changesInMs: 5_000 };
      const state = afterCheck(undefined, { ...ISSUER, report }, at(0));
      assert.equal(checkDueInMs(state, ISSUER, 0), 5_000);
      const late = { ...report, changesInMs: 9e9 };
      const later = afterCheck(undefined, { ...ISSUER, report: late }, at(0));
      assert.equal(checkDueInMs(later, ISSUER, 0), 600_000);
    });
  }

  it("is due after a backoff that grows with each failed check", () => {
    let state = afterCheck(undefined, NOT_READY, at(0));
    assert.equal(checkDueInMs(state, ISSUER, 0), 1_000);
    state = afterCheck(state, NOT_READY, at(1_000));
    assert.equal(checkDueInMs(state, ISSUER, 1_000), 2_000);
    state = afterCheck(state, READY, at(3_000));
    state = afterCheck(state, NOT_READY, at(4_000));
    assert.equal(checkDueInMs(state, ISSUER, 4_000), 1_000);
  });

  it("is not due after a permanent failure, until something changes", () => {
    const state = afterCheck(undefined, FAILED, at(0));
    assert.equal(checkDueInMs(state, ISSUER, 1e12), undefined);
    assert.equal(checkDueInMs(state, { uid: "i1", generation: 2 }, 1), 0);
  });
});

describe("afterFault()", () => {
  it("holds the issuer back until a check has passed", () => {
    const faulty = afterFault(assumeReady(ISSUER), "HTTP 401", at(0));
    assert.equal(faulty.isAtFault, true);
    assert.deepEqual(faulty.report, { type: "notReady", message: "HTTP 401" });
    assert.equal(afterCheck(faulty, READY, at(1_000)).isAtFault, false);
  });

  it("counts one incident once, however many calls it fails", () => {
    const first = afterFault(assumeReady(ISSUER), "HTTP 401", at(0));
    assert.equal(afterFault(first, "HTTP 401", at(5)), first);
  });

  it("waits longer after each fault though checks pass in between: no ping-pong (G11)", () => {
    let state = assumeReady(ISSUER);
    const waits: (number | undefined)[] = [];
    for (let now = 0; now < 4; now += 1) {
      state = afterFault(state, "HTTP 401", at(now));
      waits.push(checkDueInMs(state, ISSUER, now));
      state = afterCheck(state, READY, at(now));
    }
    assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000]);
  });

  it("starts from the shortest wait again once the spec has changed", () => {
    let state = afterFault(assumeReady(ISSUER), "HTTP 401", at(0));
    state = afterCheck(state, { ...READY, generation: 2 }, at(0));
    assert.equal(state.faults, 0);
  });
});
