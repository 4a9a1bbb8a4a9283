import { type IssuerReport, messageOfIssuerReport } from "./issuer-status.ts";
import type { ObjectEvent } from "./request-event.ts";

const ROWS: Readonly<Record<IssuerReport["type"], Omit<ObjectEvent, "note"> | undefined>> = {
  initializing: undefined,
  ready: { type: "Normal", reason: "Checked", action: "Synced" },
  ending: { type: "Warning", reason: "Expiring", action: "Synced" },
  notReady: { type: "Warning", reason: "RetryableError", action: "SyncFailed" },
  failed: { type: "Warning", reason: "PermanentError", action: "SyncFailed" },
};

/**
 * The event that tells a report, in the reasons that issuer-lib's issuers have (B71, B72), and one of
 * our own for an issuer that is to be renewed.
 */
export function eventOfIssuerReport(report: IssuerReport): ObjectEvent | undefined {
  const row = ROWS[report.type];
  return row && { ...row, note: messageOfIssuerReport(report) };
}
