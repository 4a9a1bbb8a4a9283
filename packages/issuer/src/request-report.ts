import type { AttemptState } from "./attempt-state.ts";
import type { WaitReason } from "./decide.ts";
import type { FailureReason } from "./request-kind.ts";

/** What there is to say of a request. All but `waiting` are the end of it. */
export type RequestReport =
  | {
      readonly type: "waiting";
      readonly because:
        | WaitReason
        | "order pending"
        | "certificate early"
        | "attempt failed"
        | "status refused";
      readonly message: string;
      /** Without it the state that the request carries is carried on. */
      readonly attempt?: AttemptState;
    }
  | {
      readonly type: "issued";
      /** PEM, leaf first, without the root. */
      readonly certificatePem: string;
      readonly caPem?: string;
      /** What was granted otherwise than asked for, in words. */
      readonly differences: readonly string[];
    }
  | {
      readonly type: "failed";
      readonly message: string;
      readonly reason?: FailureReason;
      /** The request itself is wrong: no CA would sign it. */
      readonly isInvalid?: true;
    }
  | { readonly type: "denied" };

const DENIED_MESSAGE =
  "The request was denied by an approver and will not be issued. See its condition Denied for the reason.";

/** A report in the words for whoever waits for the certificate. */
export function messageOfReport(report: RequestReport): string {
  switch (report.type) {
    case "issued":
      return report.differences.length === 0
        ? "The certificate has been issued."
        : `The certificate has been issued, and differs from what was asked for: ${report.differences.join("; ")}.`;
    case "denied":
      return DENIED_MESSAGE;
    default:
      return report.message;
  }
}
