import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Lease, LeaseSpec } from "./lease.ts";
import { decideLease, observeLease } from "./lease-decision.ts";

function lease(spec: LeaseSpec, resourceVersion = "1"): Lease {
  const metadata = { namespace: "ns", name: "issuers", resourceVersion };
  return { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec };
}

const others: LeaseSpec = {
  holderIdentity: "b",
  leaseDurationSeconds: 15,
  renewTime: "2001-01-01T00:00:00.000000Z",
};

describe("decideLease()", () => {
  for (const { rule, spec, now, wanted } of [
    { rule: "takes over nothing before its time", spec: others, now: 15_999, wanted: "wait" },
    { rule: "takes over what was not renewed", spec: others, now: 16_000, wanted: "take" },
    {
      rule: "counts from what it saw, not from what another clock says",
      spec: { ...others, renewTime: "2999-01-01T00:00:00.000000Z" },
      now: 16_000,
      wanted: "take",
    },
    {
      rule: "counts the holder's duration, not its own",
      spec: { ...others, leaseDurationSeconds: 60 },
      now: 16_000,
      wanted: "wait",
    },
    {
      rule: "takes a released lease at once",
      spec: { ...others, holderIdentity: "" },
      now: 1_000,
      wanted: "take",
    },
    { rule: "takes a lease that nobody ever held", spec: {}, now: 1_000, wanted: "take" },
    {
      rule: "renews its own, however old",
      spec: { ...others, holderIdentity: "a" },
      now: 99_000,
      wanted: "renew",
    },
  ]) {
    it(rule, () => {
      const observed = { lease: lease(spec), at: 1_000 };
      assert.equal(decideLease(observed, "a", now).do, wanted);
    });
  }

  it("says who holds it and until when", () => {
    assert.deepEqual(decideLease({ lease: lease(others), at: 1_000 }, "a", 2_000), {
      do: "wait",
      holder: "b",
      untilMs: 16_000,
    });
  });

  it("reads a lease that it knows nothing of, and creates one that is not there", () => {
    assert.deepEqual(decideLease(undefined, "a", 0), { do: "read" });
    assert.deepEqual(decideLease({ lease: undefined, at: 0 }, "a", 0), { do: "create" });
  });
});

describe("observeLease()", () => {
  const before = { lease: lease(others, "1"), at: 1_000 };

  it("counts anew when the lease was renewed", () => {
    const renewed = lease({ ...others, renewTime: "2001-01-01T00:00:02.000000Z" }, "2");
    assert.deepEqual(observeLease(before, renewed, 3_000), { lease: renewed, at: 3_000 });
  });

  it("counts on when something else of the lease was changed", () => {
    const labelled = lease(others, "2");
    assert.deepEqual(observeLease(before, labelled, 3_000), { lease: labelled, at: 1_000 });
  });
});
