import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AttemptState } from "./attempt-state.ts";
import type { PendingOutcome, TransientOutcome } from "./outcome.ts";
import { type AttemptContext, judgeAttempt } from "./retry.ts";

const STARTED = new Date("2026-01-01T10:00:00.000Z");
const ENDED = new Date("2026-01-01T10:00:02.000Z");

function context(before?: Partial<AttemptState>): AttemptContext {
  const state = {
    attempts: 1,
    firstAttemptTime: "2026-01-01T09:00:00.000Z",
    nextAttemptTime: "2026-01-01T10:00:00.000Z",
    budgetSpentMs: 0,
  };
  return {
    before: before === undefined ? undefined : { ...state, ...before },
    startedAt: STARTED,
    endedAt: ENDED,
    retryBudgetMs: 600_000,
    random: () => 0,
  };
}

const TRANSIENT: TransientOutcome = { type: "transient", message: "HTTP 502" };

describe("judgeAttempt()", () => {
  it("ends the request after a permanent error", () => {
    assert.deepEqual(judgeAttempt({ type: "permanent", message: "No such profile" }, context()), {
      report: { type: "failed", message: "Signing failed for good: No such profile" },
    });
  });

  it("lets the request wait without a timer when the issuer is at fault: its recovery wakes it", () => {
    assert.deepEqual(judgeAttempt({ type: "issuerAtFault", message: "HTTP 401" }, context()), {
      report: { type: "waiting", message: "Waiting for the issuer: HTTP 401" },
    });
  });

  it("tries again a second after the first transient error, and stores when", () => {
    assert.deepEqual(judgeAttempt(TRANSIENT, context()), {
      report: {
        type: "waiting",
        message: "Signing failed and will be tried again: HTTP 502",
        attempt: {
          attempts: 1,
          firstAttemptTime: "2026-01-01T10:00:00.000Z",
          nextAttemptTime: "2026-01-01T10:00:03.000Z",
          budgetSpentMs: 3_000,
        },
      },
      requeueAfterMs: 1_000,
    });
  });

  it("doubles the delay with each transient error, five minutes at most", () => {
    const delays = [1, 2, 3, 8, 9, 30].map(
      (attempts) => judgeAttempt(TRANSIENT, context({ attempts })).requeueAfterMs,
    );
    assert.deepEqual(delays, [2_000, 4_000, 8_000, 256_000, 300_000, 300_000]);
  });

  it("waits as long as the error asks for", () => {
    const { requeueAfterMs } = judgeAttempt({ ...TRANSIENT, retryAfterMs: 42_000 }, context());
    assert.equal(requeueAfterMs, 42_000);
  });

  it("makes the last attempt when the budget ends, not after it", () => {
    const before = { attempts: 9, budgetSpentMs: 590_000 };
    const { requeueAfterMs, report } = judgeAttempt(TRANSIENT, context(before));
    assert.equal(requeueAfterMs, 8_000);
    assert.equal(report.type === "waiting" && report.attempt?.budgetSpentMs, 600_000);
  });

  it("ends the request once the budget is spent, and says what was tried", () => {
    const before = { attempts: 9, budgetSpentMs: 600_000 };
    assert.deepEqual(judgeAttempt(TRANSIENT, context(before)).report, {
      type: "failed",
      message: "Signing failed after 10 attempts, the retry budget of 10m is spent: HTTP 502",
    });
  });

  it("ends the request at the first error where there is no budget", () => {
    const { report } = judgeAttempt(TRANSIENT, { ...context(), retryBudgetMs: 0 });
    assert.deepEqual(report, {
      type: "failed",
      message: "Signing failed after 1 attempt, the retry budget of 0ms is spent: HTTP 502",
    });
  });

  it("keeps the order of a pending request and spends no budget on it", () => {
    const outcome: PendingOutcome = {
      type: "pending",
      retryAfterMs: 30_000,
      order: { id: 7 },
    };
    assert.deepEqual(judgeAttempt(outcome, context({ attempts: 4, budgetSpentMs: 5_000 })), {
      report: {
        type: "waiting",
        message: "Waiting for the CA: the CA has not issued yet",
        attempt: {
          attempts: 5,
          firstAttemptTime: "2026-01-01T09:00:00.000Z",
          nextAttemptTime: "2026-01-01T10:00:32.000Z",
          budgetSpentMs: 5_000,
          order: { id: 7 },
        },
      },
      requeueAfterMs: 30_000,
    });
  });

  it("hands an order on through a transient error", () => {
    const { report } = judgeAttempt(TRANSIENT, context({ order: { id: 7 } }));
    assert.deepEqual(report.type === "waiting" && report.attempt?.order, { id: 7 });
  });
});
