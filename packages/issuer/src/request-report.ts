import type { AttemptState } from "./attempt-state.ts";
import type { WaitReason } from "./decide.ts";
import { describeIssuer, type IssuerKey, placeOfIssuer } from "./issuer-ref.ts";
import { messageOf } from "./outcome.ts";
import { type FailureReason, UnsignableRequest } from "./request-kind.ts";

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

/** The request cannot be read, or asks for what no CA could grant. */
export function unsignable(error: unknown): RequestReport {
  const message = `The request cannot be signed: ${messageOf(error)}`;
  const reason = error instanceof UnsignableRequest ? { reason: error.reason } : {};
  return { type: "failed", message, isInvalid: true, ...reason };
}

/** The certificate is kept until it is valid. */
export function certificateEarly(notBefore: Date): RequestReport {
  const message = `The CA has issued a certificate that is valid only from ${notBefore.toISOString()} on, and is published then. Set the clocks of the CA and of this cluster.`;
  return { type: "waiting", because: "certificate early", message };
}

/** Kubernetes does not let whoever made the request use the issuer. */
export function deniedReference(issuer: IssuerKey): RequestReport {
  const { namespace, name } = placeOfIssuer(issuer);
  return {
    type: "failed",
    reason: "DeniedReference",
    message: `Whoever made the request may not use ${describeIssuer(issuer)}: it takes the verb reference on signers.cert-manager.io in namespace ${namespace}, for the name ${name} or *.`,
  };
}

/** The API server does not take what there is to say. */
export function statusRefused(why: string): RequestReport {
  const message = `The result cannot be written to this request, and is kept and tried again: ${why}`;
  return { type: "waiting", because: "status refused", message };
}
