import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type AttemptState, attemptCondition, readAttemptState } from "./attempt-state.ts";

const GROUP = "acme.example.com";
const STATE: AttemptState = {
  attempts: 2,
  firstAttemptTime: "2026-01-01T00:00:00.000Z",
  lastAttemptTime: "2026-01-01T00:00:30.000Z",
  nextAttemptTime: "2026-01-01T00:01:00.000Z",
  budgetSpentMs: 4_000,
  order: { id: "o-7" },
};

describe("readAttemptState()", () => {
  it("reads back what attemptCondition() stores", () => {
    assert.deepEqual(readAttemptState([attemptCondition(STATE, GROUP)], GROUP), STATE);
  });

  it("reads nothing of another group's state", () => {
    assert.equal(
      readAttemptState([attemptCondition(STATE, "other.example.com")], GROUP),
      undefined,
    );
  });

  for (const message of ["", "not json", "null", "7", "{}", '{"attempts":1}']) {
    it(`reads nothing from a message that is ${message || "empty"}`, () => {
      const condition = { ...attemptCondition(STATE, GROUP), message };
      assert.equal(readAttemptState([condition], GROUP), undefined);
    });
  }
});

describe("attemptCondition()", () => {
  it("throws for a state that is too long to be stored", () => {
    assert.throws(() => attemptCondition({ ...STATE, order: "x".repeat(4_096) }, GROUP), {
      name: "RangeError",
      message: /^Cannot store order: attempt state has \d+ bytes, must have at most 4096$/,
    });
  });
});
