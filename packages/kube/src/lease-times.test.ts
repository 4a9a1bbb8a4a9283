import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { jitteredRetryMs, leaseTimes } from "./lease-times.ts";

describe("leaseTimes()", () => {
  it("has client-go's defaults", () => {
    const defaults = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000 };
    assert.deepEqual(leaseTimes(), defaults);
  });

  for (const [times, message] of [
    [
      { leaseDurationMs: 10_000 },
      /the renew deadline is 10000 ms, must be less than the lease duration, 10000 ms$/,
    ],
    [
      { retryPeriodMs: 9_000 },
      /the renew deadline is 10000 ms, must be more than 1.2 times the retry period, 9000 ms$/,
    ],
    [
      { leaseDurationMs: 900, renewDeadlineMs: 600, retryPeriodMs: 100 },
      /the lease duration is 900 ms, must be at least 1000 ms$/,
    ],
    [{ retryPeriodMs: 0 }, /the retry period is 0 ms, must be more than 0 ms$/],
  ] as const) {
    it(`refuses ${JSON.stringify(times)}`, () => {
      assert.throws(() => leaseTimes(times), { code: "ERR_LEASE_TIMES", message });
    });
  }
});

describe("jitteredRetryMs()", () => {
  it("is between one and 2.2 retry periods", () => {
    assert.equal(
      jitteredRetryMs(leaseTimes(), () => 0),
      2_000,
    );
    assert.equal(
      jitteredRetryMs(leaseTimes(), () => 1),
      4_400,
    );
  });
});
