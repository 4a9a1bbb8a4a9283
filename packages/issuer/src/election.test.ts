import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { leaseTimes, NO_METRICS } from "@countersign/kube";
import { createElection } from "./election.ts";

describe("createElection()", () => {
  const silent = (): void => {};
  const options = {
    connection: {
      server: "https://127.0.0.1:1",
      insecureSkipTlsVerify: false,
      identity: { type: "none" },
    },
    name: "acme.example.com",
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    metrics: NO_METRICS,
  } as const;

  it("says what to give where the namespace of the lease is not known", () => {
    const outside = { ...options, namespace: undefined, times: leaseTimes() };
    assert.throws(() => createElection(outside), {
      code: "ERR_LEASE_NAMESPACE",
      message: /^Cannot elect a leader: --leader-election-namespace is not given, must be /,
    });
  });

  it("refuses times with which two could write", () => {
    const times = { leaseDurationMs: 10_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000 };
    assert.throws(() => createElection({ ...options, namespace: "ns", times }), {
      code: "ERR_LEASE_TIMES",
    });
  });
});
