import { type AttemptState, attemptCondition, readAttemptState } from "./attempt-state.ts";
import type { CertificateRequest, CertificateRequestStatus } from "./certificate-request.ts";
import {
  boundMessage,
  type Condition,
  findCondition,
  formatTime,
  isSameCondition,
  transition,
} from "./condition.ts";

/** What there is to say of a request. All but `waiting` are the end of it. */
export type RequestReport =
  | {
      readonly type: "waiting";
      readonly message: string;
      /** Without it the state that the request carries is carried on. */
      readonly attempt?: AttemptState;
    }
  | {
      readonly type: "issued";
      /** PEM, leaf first, without the root. */
      readonly certificatePem: string;
      readonly caPem?: string;
    }
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "denied" };

/** Ready's status and reason for each report, as cert-manager reads them (C21, C53 to C56). */
const READY = {
  waiting: { status: "False", reason: "Pending" },
  issued: { status: "True", reason: "Issued" },
  failed: { status: "False", reason: "Failed" },
  denied: { status: "False", reason: "Denied" },
} as const;

const ISSUED_MESSAGE = "The certificate has been issued.";
const DENIED_MESSAGE =
  "The request was denied by an approver and will not be issued. See its condition Denied for the reason.";

/**
 * Computes the status to apply: everything in it that is ours, and nothing else, since server-side
 * apply takes away what an owner leaves out. Undefined where the request says all of it already.
 */
export function statusToApply(
  request: CertificateRequest,
  report: RequestReport,
  options: { group: string; now: Date },
): CertificateRequestStatus | undefined {
  const { group, now } = options;
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
  const ready = { type: "Ready", ...READY[report.type], message: boundMessage(messageOf(report)) };
  if (report.type !== "waiting") return [ready];
  const attempt = report.attempt ?? readAttemptState(present, group);
  return attempt === undefined ? [ready] : [ready, attemptCondition(attempt, group)];
}

function messageOf(report: RequestReport): string {
  switch (report.type) {
    case "issued":
      return ISSUED_MESSAGE;
    case "denied":
      return DENIED_MESSAGE;
    default:
      return report.message;
  }
}

function toBase64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
