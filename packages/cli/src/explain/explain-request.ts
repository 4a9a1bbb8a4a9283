import { type AttemptState, findCondition, readAttemptState } from "@countersign/issuer/inspect";
import type { Finding } from "../finding.ts";
import { explainApproval } from "./explain-approval.ts";
import { controllerOf, explainController } from "./explain-controller.ts";
import { explainIssuer } from "./explain-issuer.ts";
import type { RequestSnapshot } from "./snapshot.ts";
import { ago, MOMENT_MS, sinceMs, span } from "./times.ts";

/** What a message calls a request: `CertificateRequest default/web-1`. */
export function describeRequest({ kind, object }: RequestSnapshot): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/**
 * Says where a request stands and, as long as it is not over, what it waits for: its approver, its
 * issuer, its controller, the CA. Decides from the objects alone.
 */
export function explainRequest(snapshot: RequestSnapshot, now: Date): Finding[] {
  const about = describeRequest(snapshot);
  const { phase, object, conditions } = snapshot;
  const said = (type: string): string => {
    const { message, reason } = findCondition(conditions, type) ?? {};
    return message || reason || "no reason is given.";
  };
  switch (phase) {
    case "issued":
      return [
        { code: "request-issued", level: "ok", about, message: "its certificate has been issued." },
      ];
    case "deleting":
      return [
        {
          code: "request-deleting",
          level: "problem",
          about,
          message: `it is being deleted, since ${object.metadata.deletionTimestamp}, and is not signed any more.`,
          next: "Request again.",
        },
      ];
    case "denied":
    case "markedDenied":
      return [
        {
          code: "request-denied",
          level: "problem",
          about,
          message: `an approver has denied it: ${said("Denied")}`,
          next: "Change what was asked for, or have the policy changed; then request again.",
        },
      ];
    case "invalid":
      return [
        {
          code: "request-invalid",
          level: "problem",
          about,
          message: `it can never be signed: ${said("InvalidRequest")}`,
          next: "Correct what was asked for, and request again.",
        },
      ];
    case "failed": {
      const type = snapshot.kind === "CertificateRequest" ? "Ready" : "Failed";
      return [
        {
          code: "request-failed",
          level: "problem",
          about,
          message: `it has failed: ${said(type)}`,
          next: "See to the cause, then request again. A Certificate does so by itself, an hour or more later.",
        },
      ];
    }
    case "unapproved":
      return explainApproval(snapshot, about, now);
    case "open":
      return explainOpen(snapshot, about, now);
  }
}

/** An approved request: it is the issuer's turn. */
function explainOpen(snapshot: RequestSnapshot, about: string, now: Date): Finding[] {
  const { issuer, conditions, approvedAt } = snapshot;
  const { group } = issuer.reference;
  if (snapshot.kind === "CertificateSigningRequest" && isKubernetesOwn(group)) {
    const message = "it is approved, and one of Kubernetes' own signers is to sign it.";
    const next = "See to kube-controller-manager, which signs these.";
    return [{ code: "kubernetes-signer", level: "waiting", about, message, next }];
  }
  const [first, ...others] = explainIssuer(issuer, now);
  if (first !== undefined && first.level !== "ok") {
    const level = first.level === "unknown" ? "unknown" : first.level;
    const message = "it is approved, and waits for its issuer.";
    return [{ code: "waits-for-issuer", level, about, message }, first, ...others];
  }
  const ready = first === undefined ? [] : [first];
  const attempt = readAttemptState(conditions, group);
  if (attempt !== undefined) return explainAttempt(snapshot, attempt, { about, ready, now });
  const waiting =
    findCondition(conditions, "Ready") ?? findCondition(conditions, `${group}/Pending`);
  if (waiting !== undefined) {
    const since = waiting.lastTransitionTime ?? "an unknown time";
    const message = `it is approved, and its controller says since ${since}: ${waiting.message ?? waiting.reason}`;
    const next =
      "Nothing, unless it stays: then do what the message says, or look at the controller's log.";
    const controller = explainController(controllerOf(issuer), now);
    // Whoever has said so is not there any more to go on with it.
    const isGone = controller.level === "problem";
    const level = isGone ? "problem" : "waiting";
    const findings: Finding[] = [
      { code: "controller-says", level, about, message, next },
      ...ready,
    ];
    return isGone ? [...findings, controller] : findings;
  }
  if (sinceMs(approvedAt, now) < MOMENT_MS) {
    const message = `it was approved ${ago(approvedAt, now)} ago, and its issuer's controller has not spoken yet.`;
    return [{ code: "just-approved", level: "waiting", about, message }, ...ready];
  }
  return [
    {
      code: "nobody-serves",
      level: "problem",
      about,
      message: `it was approved ${ago(approvedAt, now)} ago, its issuer is ready, and nobody has taken it up.`,
      next: "See to the issuer's controller, below: it does not run, does not serve this namespace, or not this kind of request.",
    },
    ...ready,
    explainController(controllerOf(issuer), now),
  ];
}

/** How long after its time an attempt is taken not to come. */
const OVERDUE_MS = 60_000;

/** A request that `sign()` has been called for: only our own controllers tell so. */
function explainAttempt(
  { conditions, issuer }: RequestSnapshot,
  attempt: AttemptState,
  { about, ready, now }: { about: string; ready: readonly Finding[]; now: Date },
): Finding[] {
  const { attempts, nextAttemptTime, pendingSince, firstAttemptTime, budgetSpentMs } = attempt;
  const said =
    findCondition(conditions, "Ready") ??
    findCondition(conditions, `${issuer.reference.group}/Pending`);
  const words = said?.message ?? "";
  const overdueMs = sinceMs(nextAttemptTime, now);
  if (overdueMs > OVERDUE_MS) {
    return [
      {
        code: "attempt-overdue",
        level: "problem",
        about,
        message: `attempt ${attempts + 1} was to be made at ${nextAttemptTime}, ${span(overdueMs)} ago, and was not. It says: ${words}`,
        next: "See to the issuer's controller, below.",
      },
      ...ready,
      explainController(controllerOf(issuer), now),
    ];
  }
  if (pendingSince !== undefined) {
    const message = `the CA has had the order since ${pendingSince} (${ago(pendingSince, now)}), and has been asked ${times(attempts)}; it is asked again at ${nextAttemptTime}. It says: ${words}`;
    const next = "Nothing, or look for the order at the CA: it may wait for somebody there.";
    return [{ code: "ca-has-order", level: "waiting", about, message, next }, ...ready];
  }
  return [
    {
      code: "signing-fails",
      level: "problem",
      about,
      message: `signing has failed ${times(attempts)} since ${firstAttemptTime}, ${span(budgetSpentMs)} of the retry budget are spent; the next attempt is at ${nextAttemptTime}. It says: ${words}`,
      next: "See to the cause. It is tried again by itself until the retry budget (--max-retry-duration) is spent; then the request has failed.",
    },
    ...ready,
  ];
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

/** kubernetes.io itself, whose signers kube-controller-manager serves. */
function isKubernetesOwn(group: string): boolean {
  return group === "kubernetes.io" || group.endsWith(".kubernetes.io");
}
