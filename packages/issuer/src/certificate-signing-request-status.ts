import { attemptCondition, attemptConditionType, readAttemptState } from "./attempt-state.ts";
import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition,
  CertificateSigningRequestStatus,
} from "./certificate-signing-request.ts";
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

type Unstamped = Omit<Condition, "lastTransitionTime">;

/**
 * The status that tells a report on a CertificateSigningRequest. Kubernetes has no word for waiting:
 * a condition of our own, `<group>/Pending`, tells what for.
 *
 * The API server keeps no field owner for conditions that come by `/status` (csrStatusStrategy,
 * GetResetFields): what an apply leaves out stays. So the end of a request does not take our
 * conditions away, it turns those that are there to False.
 */
export function certificateSigningRequestStatus(
  request: CertificateSigningRequest,
  report: RequestReport,
  { group, now }: StatusContext,
): CertificateSigningRequestStatus | undefined {
  const present = request.status?.conditions;
  const stamp = (wanted: Unstamped): CertificateSigningRequestCondition => ({
    ...transition(findCondition(present, wanted.type), wanted, now),
    lastUpdateTime: formatTime(now),
  });
  const ended = (reason: string): Unstamped[] =>
    ownTypes(group).flatMap((type) => {
      const condition = findCondition(present, type);
      return condition === undefined ? [] : [{ ...condition, status: "False" as const, reason }];
    });
  switch (report.type) {
    case "waiting": {
      const wanted = waitingConditions(present, report, group);
      const isSaid = wanted.every((it) => isSameCondition(findCondition(present, it.type), it));
      return isSaid ? undefined : { conditions: wanted.map(stamp) };
    }
    case "failed":
      return { conditions: [failed(report), ...ended("Failed")].map(stamp) };
    case "issued": {
      const certificate = Buffer.from(report.certificatePem, "utf8").toString("base64");
      const conditions = ended("Issued").map(stamp);
      return conditions.length === 0 ? { certificate } : { certificate, conditions };
    }
    case "denied":
      return undefined;
  }
}

/** Our own conditions. */
function ownTypes(group: string): string[] {
  return [pendingConditionType(group), attemptConditionType(group)];
}

function pendingConditionType(group: string): string {
  return `${group}/Pending`;
}

function waitingConditions(
  present: readonly Condition[] | undefined,
  report: RequestReport & { type: "waiting" },
  group: string,
): Unstamped[] {
  const message = boundMessage(messageOfReport(report));
  const waiting: Unstamped = {
    type: pendingConditionType(group),
    status: "True",
    reason: "Pending",
    message,
  };
  const attempt = report.attempt ?? readAttemptState(present, group);
  return attempt === undefined ? [waiting] : [waiting, attemptCondition(attempt, group)];
}

function failed(report: RequestReport & { type: "failed" }): Unstamped {
  const { reason = "Failed" } = report;
  return { type: "Failed", status: "True", reason, message: boundMessage(messageOfReport(report)) };
}
