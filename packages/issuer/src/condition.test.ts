import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  boundMessage,
  type Condition,
  findCondition,
  formatTime,
  isConditionTrue,
  isSameCondition,
  transition,
} from "./condition.ts";

const EARLIER = "2026-01-01T00:00:00Z";
const NOW = new Date("2026-01-01T10:00:00.900Z");

const READY: Condition = {
  type: "Ready",
  status: "False",
  reason: "Pending",
  message: "Waiting.",
  lastTransitionTime: EARLIER,
};

function at({
  lastTransitionTime: _,
  ...condition
}: Condition): Omit<Condition, "lastTransitionTime"> {
  return condition;
}

describe("transition()", () => {
  it("keeps the time while the status stays, whatever reason and message say", () => {
    const after = { ...at(READY), reason: "Failed", message: "No." };
    assert.deepEqual(transition(READY, after, NOW), { ...after, lastTransitionTime: EARLIER });
  });

  it("takes the present time, in whole seconds, when the status changes", () => {
    const after = { ...at(READY), status: "True" as const };
    assert.equal(transition(READY, after, NOW).lastTransitionTime, "2026-01-01T10:00:00Z");
  });

  it("takes the present time for a condition that was not there, or had no time", () => {
    assert.equal(transition(undefined, at(READY), NOW).lastTransitionTime, formatTime(NOW));
    assert.equal(transition(at(READY), at(READY), NOW).lastTransitionTime, formatTime(NOW));
  });
});

describe("isSameCondition()", () => {
  it("looks at what a reader sees, not at the time", () => {
    assert.equal(isSameCondition(READY, { ...READY, lastTransitionTime: "later" }), true);
    assert.equal(isSameCondition(undefined, READY), false);
    for (const change of [
      { status: "True" },
      { reason: "Failed" },
      { message: "Still waiting." },
      { observedGeneration: 2 },
    ] as const) {
      assert.equal(isSameCondition({ ...READY, ...change }, READY), false);
    }
  });
});

describe("findCondition() and isConditionTrue()", () => {
  it("look for a type, and find nothing where there are no conditions", () => {
    const approved: Condition = { type: "Approved", status: "True" };
    assert.equal(findCondition([READY, approved], "Approved"), approved);
    assert.equal(findCondition(undefined, "Ready"), undefined);
    assert.equal(isConditionTrue([READY, approved], "Approved"), true);
    assert.equal(isConditionTrue([READY, approved], "Ready"), false);
    assert.equal(isConditionTrue([READY], "Denied"), false);
  });
});

describe("boundMessage()", () => {
  it("leaves a message that fits as it is, per cents included", () => {
    const message = `100%d of ${"x".repeat(4_000)}`;
    assert.equal(boundMessage(message), message);
  });

  it("cuts a longer one to 4,096 characters and says so (G15)", () => {
    const bounded = boundMessage("x".repeat(40_000));
    assert.equal(bounded.length, 4_096);
    assert.match(bounded, /x… \(cut\)$/);
  });

  it("leaves no half of a character: the API server would store another text than was written", () => {
    for (const message of [
      "🔥".repeat(4_000),
      `x${"🔥".repeat(4_000)}`,
      "cut by its author \ud83d",
    ]) {
      const bounded = boundMessage(message);
      assert.ok(bounded.isWellFormed());
      assert.ok(bounded.length <= 4_096);
    }
  });
});
