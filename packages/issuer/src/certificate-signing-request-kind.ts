import { readAttemptState } from "./attempt-state.ts";
import {
  type CertificateSigningRequest,
  certificateSigningRequests,
} from "./certificate-signing-request.ts";
import { certificateSigningRequestStatus } from "./certificate-signing-request-status.ts";
import { findCondition, isConditionTrue } from "./condition.ts";
import { parseGoDuration } from "./go-duration.ts";
import { type IssuerKey, type IssuerKind, issuerKeyIn } from "./issuer-ref.ts";
import { messageOf } from "./outcome.ts";
import { mayReferToSigner } from "./reference-access.ts";
import { type RequestKind, type RequestPhase, UnsignableRequest } from "./request-kind.ts";
import { DEFAULT_DURATION_MS, readSigningRequest, type SigningRequest } from "./signing-request.ts";

/** Kubernetes' CertificateSigningRequest, as the request flow sees it. */
export const certificateSigningRequestKind: RequestKind<CertificateSigningRequest> = {
  resource: certificateSigningRequests,
  referredIssuer,
  phaseOf,
  approvedAt: (request) =>
    findCondition(request.status?.conditions, "Approved")?.lastTransitionTime,
  encodedCsrOf: (request) => request.spec.request,
  attemptOf: (request, group) => readAttemptState(request.status?.conditions, group),
  readSigningRequest: readCertificateSigningRequest,
  statusToApply: certificateSigningRequestStatus,
  mayRefer: (client, request, issuer) => mayReferToSigner(client, request.spec, issuer),
};

/** `<plural>.<group>/<name>`, and `<namespace>.<name>` for a namespaced issuer (C40). */
function referredIssuer(
  request: CertificateSigningRequest,
  kinds: readonly IssuerKind[],
): IssuerKey | undefined {
  const [signer, name, ...rest] = request.spec.signerName.split("/");
  if (signer === undefined || !name || rest.length > 0) return undefined;
  const kind = kinds.find((each) => `${each.plural}.${each.group}` === signer);
  if (kind === undefined) return undefined;
  if (!kind.namespaced) return issuerKeyIn(kind, { namespace: undefined, name });
  // A namespace has no dot in it: the first one ends it.
  const dot = name.indexOf(".");
  if (dot < 1 || dot === name.length - 1) return undefined;
  return issuerKeyIn(kind, { namespace: name.slice(0, dot), name: name.slice(dot + 1) });
}

/** Kubernetes' own Denied is the end of a request: there is nothing for us to add. */
function phaseOf(request: CertificateSigningRequest): RequestPhase {
  const { conditions, certificate } = request.status ?? {};
  if ((certificate ?? "") !== "") return "issued";
  if (isConditionTrue(conditions, "Failed")) return "failed";
  if (isConditionTrue(conditions, "Denied")) return "markedDenied";
  if (request.metadata.deletionTimestamp !== undefined) return "deleting";
  return isConditionTrue(conditions, "Approved") ? "open" : "unapproved";
}

/** cert-manager's annotations for what a CertificateSigningRequest cannot say (C46 to C48). */
const DURATION_ANNOTATION = "experimental.cert-manager.io/request-duration";
const IS_CA_ANNOTATION = "experimental.cert-manager.io/request-is-ca";

function readCertificateSigningRequest(request: CertificateSigningRequest): SigningRequest {
  const { spec, metadata } = request;
  return readSigningRequest(metadata, {
    ...spec,
    durationMs: readDurationMs(request),
    isCA: metadata.annotations?.[IS_CA_ANNOTATION] === "true",
  });
}

/** As Kubernetes demands of `expirationSeconds`, and cert-manager of the annotation. */
const SHORTEST_DURATION_MS = 600_000;

function readDurationMs({ spec, metadata }: CertificateSigningRequest): number {
  const text = metadata.annotations?.[DURATION_ANNOTATION];
  if (text === undefined) {
    return spec.expirationSeconds === undefined
      ? DEFAULT_DURATION_MS
      : spec.expirationSeconds * 1_000;
  }
  const durationMs = parseAnnotation(text);
  if (durationMs >= SHORTEST_DURATION_MS) return durationMs;
  throw new UnsignableRequest(
    "InvalidDuration",
    `annotation ${DURATION_ANNOTATION} is ${text}, must be 10m or more`,
  );
}

function parseAnnotation(text: string): number {
  try {
    return parseGoDuration(text);
  } catch (error) {
    throw new UnsignableRequest(
      "ErrorParseDuration",
      `annotation ${DURATION_ANNOTATION} is no duration: ${messageOf(error)}`,
    );
  }
}
