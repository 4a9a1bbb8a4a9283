import { messageOfReport, type RequestReport } from "./request-report.ts";

/** An event of an object, as events.k8s.io tells it. */
export interface ObjectEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly action: "Synced" | "SyncFailed";
  readonly note: string;
}

type Row = Omit<ObjectEvent, "note">;

const WAITING_FOR_READY: Row = {
  type: "Normal",
  reason: "WaitingForIssuerReady",
  action: "Synced",
};
const PERMANENT: Row = { type: "Warning", reason: "PermanentError", action: "SyncFailed" };

/** Type and reason for everything a request can wait for: waiting in itself is no warning (G19). */
const WAITING: Readonly<Record<(RequestReport & { type: "waiting" })["because"], Row>> = {
  "issuer not found": { type: "Normal", reason: "WaitingForIssuerExist", action: "Synced" },
  "issuer being deleted": WAITING_FOR_READY,
  "issuer not checked": WAITING_FOR_READY,
  "issuer change not checked": WAITING_FOR_READY,
  "issuer not ready": WAITING_FOR_READY,
  "issuer at fault": WAITING_FOR_READY,
  "issuer held back": WAITING_FOR_READY,
  "order pending": { type: "Normal", reason: "Pending", action: "Synced" },
  "certificate early": { type: "Normal", reason: "Pending", action: "Synced" },
  "status refused": { type: "Warning", reason: "StatusNotWritten", action: "SyncFailed" },
  "attempt failed": { type: "Warning", reason: "RetryableError", action: "SyncFailed" },
};

/** The event that tells a report, in the reasons that issuer-lib's issuers have (B51 to B59). */
export function eventOfReport(report: RequestReport): ObjectEvent {
  return { ...rowOf(report), note: messageOfReport(report) };
}

function rowOf(report: RequestReport): Row {
  switch (report.type) {
    case "waiting":
      return WAITING[report.because];
    case "issued": {
      const type = report.differences.length === 0 ? "Normal" : "Warning";
      return { type, reason: "Issued", action: "Synced" };
    }
    case "failed":
    case "denied":
      return PERMANENT;
  }
}
