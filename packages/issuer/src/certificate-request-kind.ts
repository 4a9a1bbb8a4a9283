import { readAttemptState } from "./attempt-state.ts";
import { type CertificateRequest, certificateRequests } from "./certificate-request.ts";
import { certificateRequestStatus } from "./certificate-request-status.ts";
import { findCondition, isConditionTrue } from "./condition.ts";
import { parseGoDuration } from "./go-duration.ts";
import { type IssuerKey, type IssuerKind, issuerKeyIn } from "./issuer-ref.ts";
import type { RequestKind, RequestPhase } from "./request-kind.ts";
import { DEFAULT_DURATION_MS, readSigningRequest, type SigningRequest } from "./signing-request.ts";

/** cert-manager's CertificateRequest, as the request flow sees it. */
export const certificateRequestKind: RequestKind<CertificateRequest> = {
  resource: certificateRequests,
  referredIssuer,
  // A selectable field of cert-manager's CRD since 1.20 (C1).
  groupSelector: (group) => `spec.issuerRef.group=${group}`,
  phaseOf,
  // Set by cert-manager's webhook since 1.3, with which approval came; 1.2 has no such field.
  isFromBeforeApproval: (request) => request.spec.username === undefined,
  approvedAt: (request) =>
    findCondition(request.status?.conditions, "Approved")?.lastTransitionTime,
  encodedCsrOf: (request) => request.spec.request,
  attemptOf: (request, group) => readAttemptState(request.status?.conditions, group),
  readSigningRequest: readCertificateRequest,
  statusToApply: certificateRequestStatus,
};

/**
 * Group and kind must be exactly ours: an empty group is cert-manager's own, and an empty kind is
 * its `Issuer`.
 */
function referredIssuer(
  request: CertificateRequest,
  kinds: readonly IssuerKind[],
): IssuerKey | undefined {
  const { group, kind, name } = request.spec.issuerRef;
  const ours = kinds.find((each) => each.group === group && each.kind === kind);
  return ours && issuerKeyIn(ours, { namespace: request.metadata.namespace, name });
}

/** An end once written stays the end, whatever else is set later. */
function phaseOf(request: CertificateRequest): RequestPhase {
  const { conditions, certificate } = request.status ?? {};
  const ready = findCondition(conditions, "Ready");
  if (ready?.status === "True" || (certificate ?? "") !== "") return "issued";
  if (ready?.reason === "Failed") return "failed";
  if (ready?.reason === "Denied") return "markedDenied";
  if (request.metadata.deletionTimestamp !== undefined) return "deleting";
  if (isConditionTrue(conditions, "Denied")) return "denied";
  if (isConditionTrue(conditions, "InvalidRequest")) return "invalid";
  return isConditionTrue(conditions, "Approved") ? "open" : "unapproved";
}

function readCertificateRequest({ spec, metadata }: CertificateRequest): SigningRequest {
  const { request, duration, isCA = false, usages, username, groups } = spec;
  const durationMs = duration === undefined ? DEFAULT_DURATION_MS : parseGoDuration(duration);
  return readSigningRequest(metadata, { request, durationMs, isCA, usages, username, groups });
}
