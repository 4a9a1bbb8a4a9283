import { attemptCondition, readAttemptState } from "./attempt-state.ts";
import type { CertificateRequest, CertificateRequestStatus } from "./certificate-request.ts";
import {
  boundMessage,
  type Condition,
  findCondition,
  formatTime,
  isSameCondition,
  transition,
} from "./condition.ts";
import type { StatusContext } from "./request-kind.ts";
import { messageOfReport, type RequestReport } from "./request-report.ts";

/** Ready's status and reason for each report, as cert-manager reads them (C21, C53 to C56). */
const READY = {
  waiting: { status: "False", reason: "Pending" },
  issued: { status: "True", reason: "Issued" },
  failed: { status: "False", reason: "Failed" },
  denied: { status: "False", reason: "Denied" },
} as const;

/** The status that tells a report on a CertificateRequest. */
export function certificateRequestStatus(
  request: CertificateRequest,
  report: RequestReport,
  { group, now }: StatusContext,
): CertificateRequestStatus | undefined {
  const present = request.status?.conditions;
  const wanted = wantedConditions(present, report, group);
  const isSaid = wanted.every((each) => isSameCondition(findCondition(present, each.type), each));
  if (report.type === "waiting" && isSaid) return undefined;
  const conditions = wanted.map((each) => transition(findCondition(present, each.type), each, now));
  switch (report.type) {
    case "waiting":
      return { conditions };
    case "failed":
    case "denied":
      return { conditions, failureTime: formatTime(now) };
    case "issued":
      return {
        conditions,
        certificate: toBase64(report.certificatePem),
        ...(report.caPem === undefined ? {} : { ca: toBase64(report.caPem) }),
      };
  }
}

function wantedConditions(
  present: readonly Condition[] | undefined,
  report: RequestReport,
  group: string,
): Omit<Condition, "lastTransitionTime">[] {
  const message = boundMessage(messageOfReport(report));
  const ready = { type: "Ready", ...READY[report.type], message };
  if (report.type === "failed" && report.isInvalid) return [ready, invalidRequest(message)];
  if (report.type !== "waiting") return [ready];
  const attempt = report.attempt ?? readAttemptState(present, group);
  return attempt === undefined ? [ready] : [ready, attemptCondition(attempt, group)];
}

/** What cert-manager's Certificate controllers look at before Ready (C21). */
function invalidRequest(message: string): Omit<Condition, "lastTransitionTime"> {
  return { type: "InvalidRequest", status: "True", reason: "InvalidRequest", message };
}

function toBase64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
