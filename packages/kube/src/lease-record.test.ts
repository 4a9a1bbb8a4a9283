import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Lease } from "./lease.ts";
import { heldRecord, releasedRecord } from "./lease-record.ts";

const candidate = { identity: "a", leaseDurationMs: 15_000 };
const now = new Date("2026-01-01T00:00:00.123Z");
const time = "2026-01-01T00:00:00.123000Z";

function heldBy(holderIdentity: string): Lease {
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { namespace: "ns", name: "issuers" },
    spec: {
      holderIdentity,
      leaseDurationSeconds: 15,
      acquireTime: "2025-12-31T00:00:00.000000Z",
      renewTime: "2025-12-31T00:00:00.000000Z",
      leaseTransitions: 3,
    },
  };
}

describe("heldRecord()", () => {
  it("begins a new lease, in the six digits that Kubernetes reads", () => {
    assert.deepEqual(heldRecord(undefined, candidate, now), {
      holderIdentity: "a",
      leaseDurationSeconds: 15,
      acquireTime: time,
      renewTime: time,
      leaseTransitions: 0,
    });
  });

  for (const [holder, acquireTime, leaseTransitions] of [
    ["a", "2025-12-31T00:00:00.000000Z", 3],
    ["b", time, 4],
    ["", time, 4],
  ] as const) {
    it(`counts a change of hands when "${holder}" held it before`, () => {
      const record = heldRecord(heldBy(holder), candidate, now);
      assert.equal(record.acquireTime, acquireTime);
      assert.equal(record.leaseTransitions, leaseTransitions);
      assert.equal(record.renewTime, time);
    });
  }

  it("never writes a shorter duration than it was given", () => {
    const record = heldRecord(undefined, { ...candidate, leaseDurationMs: 2_500 }, now);
    assert.equal(record.leaseDurationSeconds, 3);
  });
});

describe("releasedRecord()", () => {
  it("names no holder and lasts a second", () => {
    assert.deepEqual(releasedRecord(heldBy("a"), now), {
      holderIdentity: "",
      leaseDurationSeconds: 1,
      acquireTime: time,
      renewTime: time,
      leaseTransitions: 3,
    });
  });
});
