import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AttemptState } from "./attempt-state.ts";
import type { PendingOutcome, TransientOutcome } from "./outcome.ts";
import { type AttemptContext, judgeAttempt, nextAttemptInMs } from "./retry.ts";

const STARTED = new Date("2026-01-01T10:00:00.000Z");
const ENDED = new Date("2026-01-01T10:00:02.000Z");

const BEFORE: AttemptState = {
  attempts: 1,
  firstAttemptTime: "2026-01-01T09:00:00.000Z",
  lastAttemptTime: "2026-01-01T09:59:56.000Z",
  nextAttemptTime: "2026-01-01T10:00:00.000Z",
  budgetSpentMs: 0,
};

function context(before?: Partial<AttemptState>): AttemptContext {
  return {
    before: before === undefined ? undefined : { ...BEFORE, ...before },
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
      report: {
        type: "failed",
        message:
          "Signing was refused, and asking again for the same will not help: No such profile",
      },
    });
  });

  it("tries again a second after the first transient error, and stores when", () => {
    assert.deepEqual(judgeAttempt(TRANSIENT, context()), {
      report: {
        type: "waiting",
        because: "attempt failed",
        message: "Signing failed and will be tried again: HTTP 502",
        attempt: {
          attempts: 1,
          firstAttemptTime: "2026-01-01T10:00:00.000Z",
          lastAttemptTime: "2026-01-01T10:00:02.000Z",
          nextAttemptTime: "2026-01-01T10:00:03.000Z",
          budgetSpentMs: 2_000,
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
    const before = { attempts: 9, budgetSpentMs: 586_000 };
    const { requeueAfterMs, report } = judgeAttempt(TRANSIENT, context(before));
    assert.equal(requeueAfterMs, 8_000, "4 s were waited and the call took 2 s");
    assert.equal(report.type === "waiting" && report.attempt?.budgetSpentMs, 592_000);
  });

  it("ends the request once the budget is spent, and says what was tried", () => {
    const before = { attempts: 9, budgetSpentMs: 600_000 };
    assert.deepEqual(judgeAttempt(TRANSIENT, context(before)).report, {
      type: "failed",
      message:
        "Signing failed after 10 attempts, the retry budget of 10m (--max-retry-duration) is spent. The last attempt: HTTP 502",
    });
  });

  it("ends the request at the first error where there is no budget", () => {
    const { report } = judgeAttempt(TRANSIENT, { ...context(), retryBudgetMs: 0 });
    assert.deepEqual(report, {
      type: "failed",
      message:
        "Signing failed after 1 attempt, the retry budget of 0ms (--max-retry-duration) is spent. The last attempt: HTTP 502",
    });
  });

  it("keeps the order of a pending request and spends no budget on it", () => {
    const outcome: PendingOutcome = {
      type: "pending",
      retryAfterMs: 30_000,
      order: { id: 7 },
    };
    assert.deepEqual(judgeAttempt(outcome, context({ attempts: 4, budgetSpentMs: 1_000 })), {
      report: {
        type: "waiting",
        because: "order pending",
        message: "Waiting for the CA: it has not issued yet, and is asked again by itself",
        attempt: {
          attempts: 5,
          firstAttemptTime: "2026-01-01T09:00:00.000Z",
          lastAttemptTime: "2026-01-01T10:00:02.000Z",
          nextAttemptTime: "2026-01-01T10:00:32.000Z",
          budgetSpentMs: 5_000,
          pendingSince: "2026-01-01T10:00:02.000Z",
          order: { id: 7 },
        },
      },
      requeueAfterMs: 30_000,
    });
  });

  it("lets an order wait on though the retry budget is spent", () => {
    const pending: PendingOutcome = { type: "pending", retryAfterMs: 5_000 };
    const before = { attempts: 40, budgetSpentMs: 600_000 };
    const { report, requeueAfterMs } = judgeAttempt(pending, context(before));
    assert.equal(report.type, "waiting");
    assert.equal(requeueAfterMs, 5_000);
  });

  it("ends an order that is refused for good, whatever has been waited", () => {
    const before = { pendingSince: "2026-01-01T09:00:00.000Z", order: { id: 7 } };
    const { report } = judgeAttempt({ type: "permanent", message: "No." }, context(before));
    assert.equal(report.type, "failed");
  });

  it("hands an order on through a transient error", () => {
    const { report } = judgeAttempt(TRANSIENT, context({ order: { id: 7 } }));
    assert.deepEqual(report.type === "waiting" && report.attempt?.order, { id: 7 });
  });

  it("charges no wait on an order, however often the CA is asked", () => {
    const pending: PendingOutcome = { type: "pending", retryAfterMs: 1_000 };
    const before = { pendingSince: "2026-01-01T09:00:00.000Z", budgetSpentMs: 700 };
    const { report } = judgeAttempt(pending, context(before));
    assert.ok(report.type === "waiting");
    assert.equal(report.attempt?.budgetSpentMs, 700);
    assert.equal(report.attempt?.pendingSince, before.pendingSince);
  });

  it("ends an order that takes longer than it may, and looks at its end at that moment", () => {
    const pending: PendingOutcome = { type: "pending", retryAfterMs: 60_000 };
    const since = (time: string): AttemptContext => ({
      ...context({ pendingSince: time }),
      maxPendingMs: 3_600_000,
    });
    assert.equal(judgeAttempt(pending, since("2026-01-01T09:00:32.000Z")).requeueAfterMs, 30_000);
    assert.deepEqual(judgeAttempt(pending, since("2026-01-01T09:00:02.000Z")).report, {
      type: "failed",
      message:
        "The CA has not issued within 1h, the longest that an order may take here: find out what holds it up there, or raise --max-pending-duration.",
    });
  });

  it("charges of a wait what the issuer was ready in: an outage costs nothing (G9)", () => {
    const spent = (readySince: string): unknown => {
      const issuerReadySince = new Date(readySince);
      const { report } = judgeAttempt(TRANSIENT, { ...context({}), issuerReadySince });
      return report.type === "waiting" && report.attempt?.budgetSpentMs;
    };
    assert.equal(spent("2026-01-01T00:00:00Z"), 6_000, "4 s waited, 2 s called");
    assert.equal(spent("2026-01-01T09:59:59Z"), 3_000, "ready for the last second of the wait");
  });

  it("charges no more of a wait than was planned: a stopped program costs nothing", () => {
    const before = {
      lastAttemptTime: "2026-01-01T08:00:00.000Z",
      nextAttemptTime: "2026-01-01T08:00:05.000Z",
    };
    const { report } = judgeAttempt(TRANSIENT, context(before));
    assert.equal(report.type === "waiting" && report.attempt?.budgetSpentMs, 7_000);
  });
});

describe("nextAttemptInMs()", () => {
  it("waits no longer than was planned, though the clock was set back", () => {
    const now = new Date("2026-01-01T09:00:00.000Z");
    assert.equal(nextAttemptInMs(BEFORE, { now }), 4_000);
  });

  const now = new Date("2026-01-01T09:59:58.000Z");
  const rows: [
    rule: string,
    state: Partial<AttemptState> | undefined,
    ready: string,
    ms: number,
  ][] = [
    ["lets a first call be made at once", undefined, "2026-01-01T00:00:00Z", 0],
    ["waits for the stored time", {}, "2026-01-01T00:00:00Z", 2_000],
    ["does not wait on once the issuer has recovered", {}, "2026-01-01T09:59:57Z", 0],
    [
      "asks for an order when the CA said, though the issuer has recovered",
      { pendingSince: "2026-01-01T09:00:00.000Z" },
      "2026-01-01T09:59:57Z",
      2_000,
    ],
  ];
  for (const [rule, state, ready, ms] of rows) {
    it(rule, () => {
      const before = state && { ...BEFORE, ...state };
      assert.equal(nextAttemptInMs(before, { now, issuerReadySince: new Date(ready) }), ms);
    });
  }
});
