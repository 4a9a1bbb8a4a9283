import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { informerSyncCheck, leaseKnownCheck, leaseLostCheck } from "./health-checks.ts";
import { LeaderElectionError, type LeaderElectionErrorCode } from "./leader-election-error.ts";
import type { LeadershipState } from "./leader-elector.ts";
import { type LeaseTimes, leaseTimes } from "./lease-times.ts";
import { WriteFence } from "./write-fence.ts";

describe("informerSyncCheck()", () => {
  it("fails until the last cache is filled", async () => {
    const [one, other] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { check } = informerSyncCheck([{ synced: one.promise }, { synced: other.promise }]);
    assert.throws(check, /^Error: 2 of 2 caches not filled yet$/);
    one.resolve();
    await Promise.resolve();
    assert.throws(check, /^Error: 1 of 2 caches not filled yet$/);
    other.resolve();
    await Promise.resolve();
    assert.doesNotThrow(check);
  });
});

interface Standing {
  readonly state: LeadershipState;
  readonly toldMsAgo: number | undefined;
  readonly fence: WriteFence;
  readonly times: LeaseTimes;
}

function standing(phase: "unknown" | "leading" | "following", toldMsAgo?: number): Standing {
  const state = phase === "following" ? { phase, holder: "b" } : { phase };
  return { state, toldMsAgo, fence: new WriteFence(), times: leaseTimes() };
}

function over(code: LeaderElectionErrorCode): Standing {
  const fence = new WriteFence();
  fence.close(new LeaderElectionError(code, "it is over"));
  return { state: { phase: "over" }, toldMsAgo: 0, fence, times: leaseTimes() };
}

describe("leaseKnownCheck()", () => {
  for (const [what, candidate, problem] of [
    ["has not read the lease", standing("unknown"), /The lease has not been read yet$/],
    ["follows", standing("following", 15_000), undefined],
    ["leads", standing("leading", 0), undefined],
    [
      "has heard of the lease long ago",
      standing("following", 15_600),
      /The API server has told nothing of the lease for 16 s$/,
    ],
    ["has lost the lease", over("ERR_LEASE_LOST"), /it is over$/],
  ] as const) {
    it(`judges a candidate that ${what}`, () => {
      const { check } = leaseKnownCheck(candidate);
      if (problem === undefined) assert.doesNotThrow(check);
      else assert.throws(check, problem);
    });
  }
});

describe("leaseLostCheck()", () => {
  it("fails for a lease that was lost, and for nothing else", () => {
    assert.throws(leaseLostCheck(over("ERR_LEASE_LOST")).check, { code: "ERR_LEASE_LOST" });
    assert.doesNotThrow(leaseLostCheck(over("ERR_LEASE_RELEASED")).check);
    assert.doesNotThrow(leaseLostCheck(standing("unknown")).check);
  });
});
