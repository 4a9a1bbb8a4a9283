import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { eventOfReport } from "./request-event.ts";
import type { RequestReport } from "./request-report.ts";

/** A message that a format string would mangle. */
const MESSAGE = "100%d of %2F%s";

function waiting(because: (RequestReport & { type: "waiting" })["because"]): RequestReport {
  return { type: "waiting", because, message: MESSAGE };
}

function issued(...differences: string[]): RequestReport {
  return { type: "issued", certificatePem: "", differences };
}

describe("eventOfReport()", () => {
  const rows: [rule: string, report: RequestReport, event: string][] = [
    [
      "an issuer that does not exist is waited for",
      waiting("issuer not found"),
      "Normal WaitingForIssuerExist Synced",
    ],
    [
      "an issuer that was never checked is waited for",
      waiting("issuer not checked"),
      "Normal WaitingForIssuerReady Synced",
    ],
    [
      "an issuer whose change is not checked is waited for",
      waiting("issuer change not checked"),
      "Normal WaitingForIssuerReady Synced",
    ],
    [
      "an issuer that is not ready is waited for",
      waiting("issuer not ready"),
      "Normal WaitingForIssuerReady Synced",
    ],
    [
      "an issuer that signing has found at fault is waited for",
      waiting("issuer at fault"),
      "Normal WaitingForIssuerReady Synced",
    ],
    [
      "an issuer whose CA is left alone for a while is waited for",
      waiting("issuer held back"),
      "Normal WaitingForIssuerReady Synced",
    ],
    [
      "an issuer that is being deleted is waited for",
      waiting("issuer being deleted"),
      "Normal WaitingForIssuerReady Synced",
    ],
    [
      "an order that the CA works on is no warning (G19)",
      waiting("order pending"),
      "Normal Pending Synced",
    ],
    [
      "a certificate that begins a little later is no warning",
      waiting("certificate early"),
      "Normal Pending Synced",
    ],
    [
      "a result that cannot be written is a warning",
      waiting("status refused"),
      "Warning StatusNotWritten SyncFailed",
    ],
    [
      "an attempt that failed is a warning",
      waiting("attempt failed"),
      "Warning RetryableError SyncFailed",
    ],
    [
      "a request that failed is a warning",
      { type: "failed", message: MESSAGE },
      "Warning PermanentError SyncFailed",
    ],
    [
      "a request that was denied is a warning",
      { type: "denied" },
      "Warning PermanentError SyncFailed",
    ],
    ["a certificate as it was asked for is none", issued(), "Normal Issued Synced"],
    ["a certificate that differs is a warning", issued("it lasts 1h"), "Warning Issued Synced"],
  ];
  for (const [rule, report, expected] of rows) {
    it(rule, () => {
      const { type, reason, action } = eventOfReport(report);
      assert.equal(`${type} ${reason} ${action}`, expected);
    });
  }

  it("tells the message literally, per cents and all (G13)", () => {
    assert.equal(eventOfReport({ type: "failed", message: MESSAGE }).note, MESSAGE);
  });
});
