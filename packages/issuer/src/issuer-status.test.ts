import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Condition } from "./condition.ts";
import { eventOfIssuerReport } from "./issuer-event.ts";
import type { IssuerObject } from "./issuer-object.ts";
import { type IssuerReport, issuerStatusToApply, messageOfIssuerReport } from "./issuer-status.ts";

const EARLIER = "2026-01-01T00:00:00Z";
const NOW = new Date("2026-01-01T10:00:00.900Z");

function issuer(generation: number, ready?: Partial<Condition>): IssuerObject {
  const condition: Condition = {
    type: "Ready",
    status: "True",
    reason: "Checked",
    message: "The issuer can issue.",
    observedGeneration: 80,
    lastTransitionTime: EARLIER,
    ...ready,
  };
  return {
    apiVersion: "acme.example.com/v1",
    kind: "AcmeIssuer",
    metadata: { namespace: "default", name: "ca", generation },
    ...(ready && { status: { conditions: [condition] } }),
  };
}

function readyOf(object: IssuerObject, report: IssuerReport): Condition | undefined {
  return issuerStatusToApply(object, report, NOW)?.conditions[0];
}

const REPORTS: readonly (readonly [report: IssuerReport, ready: string, event: string])[] = [
  [{ type: "initializing" }, "Unknown Initializing", "none"],
  [{ type: "ready" }, "True Checked", "Normal Checked Synced"],
  [{ type: "ending", message: "Soon." }, "True Checked", "Warning Expiring Synced"],
  [{ type: "notReady", message: "100%d" }, "False Pending", "Warning RetryableError SyncFailed"],
  [{ type: "failed", message: "No." }, "False Failed", "Warning PermanentError SyncFailed"],
];

describe("issuerStatusToApply()", () => {
  for (const [report, ready] of REPORTS) {
    it(`tells ${report.type} as Ready=${ready}, of the generation that was checked`, () => {
      assert.deepEqual(readyOf(issuer(81), report), {
        type: "Ready",
        status: ready.split(" ")[0],
        reason: ready.split(" ")[1],
        message: messageOfIssuerReport(report),
        observedGeneration: 81,
        lastTransitionTime: "2026-01-01T10:00:00Z",
      });
    });
  }

  it("tells a new generation that is ready as well, and keeps the time of the transition", () => {
    const ready = readyOf(issuer(81, {}), { type: "ready" });
    assert.equal(ready?.observedGeneration, 81);
    assert.equal(ready?.lastTransitionTime, EARLIER);
  });

  it("moves the time of the transition when an issuer recovers", () => {
    const failed = issuer(81, { status: "False", reason: "Failed" });
    assert.equal(readyOf(failed, { type: "ready" })?.lastTransitionTime, "2026-01-01T10:00:00Z");
  });

  it("writes nothing where the issuer says the same already", () => {
    assert.equal(issuerStatusToApply(issuer(80, {}), { type: "ready" }, NOW), undefined);
  });

  it("cuts a message that the CRD would refuse, so that the status can be written (G15)", () => {
    const ready = readyOf(issuer(80), { type: "notReady", message: "x".repeat(40_000) });
    assert.equal(ready?.message?.length, 4_096);
  });
});

describe("eventOfIssuerReport()", () => {
  for (const [report, , expected] of REPORTS) {
    it(`tells ${report.type} in the event ${expected}, its note as it is`, () => {
      const event = eventOfIssuerReport(report);
      const said = event === undefined ? "none" : `${event.type} ${event.reason} ${event.action}`;
      assert.equal(said, expected);
      if (event !== undefined) assert.equal(event.note, messageOfIssuerReport(report));
    });
  }
});
