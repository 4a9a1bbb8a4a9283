// What a tool needs that looks at requests and issuers from outside the controllers: the same reading
// of objects, the same calls of an author's functions, the same words. Not for authors of issuers.
export { readApprovalSafety } from "./approval-support.ts";
export { type AttemptState, attemptConditionType, readAttemptState } from "./attempt-state.ts";
export { AuthorCalls, type AuthorCallsOptions, type CalledIssuer } from "./author-calls.ts";
export { type GateVerdict, passGate } from "./certificate-gate.ts";
export { certificateRequestKind } from "./certificate-request-kind.ts";
export { certificateSigningRequestKind } from "./certificate-signing-request-kind.ts";
export { findCondition, isConditionTrue } from "./condition.ts";
export { formatGoDuration } from "./go-duration.ts";
export {
  describeIssuer,
  type IssuerKey,
  type IssuerKind,
  issuerKeyOf,
} from "./issuer-ref.ts";
export { type IssuerReport, messageOfIssuerReport } from "./issuer-status.ts";
export { whileLoading } from "./loading-guard.ts";
export { reactionTo } from "./mismatch-policy.ts";
export { messageOf, type Outcome } from "./outcome.ts";
export { type NamespacedName, rbacOf } from "./rbac.ts";
export type { RequestKind, RequestPhase } from "./request-kind.ts";
export { idempotencyKeyOf } from "./signing-request.ts";
export { type AccessQuestion, isAccessAllowed } from "./subject-access-review.ts";
