import type { Condition } from "@countersign/issuer";
import { parseGoDuration } from "@countersign/issuer";
import { findCondition } from "@countersign/issuer/inspect";
import { type Finding, unseen } from "../finding.ts";
import { explainIssuer } from "./explain-issuer.ts";
import { explainRequest } from "./explain-request.ts";
import type { Certificate, CertificateSnapshot } from "./snapshot.ts";
import { ago, MOMENT_MS, sinceMs, span } from "./times.ts";

/** What a message calls a Certificate: `Certificate default/web`. */
export function describeCertificate({ metadata }: Certificate): string {
  return `Certificate ${metadata.namespace}/${metadata.name}`;
}

/** Says where a Certificate stands, and of its request and issuer as far as they are the reason. */
export function explainCertificate(snapshot: CertificateSnapshot, now: Date): Finding[] {
  const { certificate } = snapshot;
  const about = describeCertificate(certificate);
  const { deletionTimestamp, creationTimestamp } = certificate.metadata;
  const { conditions = [] } = certificate.status ?? {};
  if (deletionTimestamp !== undefined) {
    const message = `it is being deleted, since ${deletionTimestamp}, and is not issued any more.`;
    return [{ code: "certificate-deleting", level: "problem", about, message }];
  }
  const issuing = findCondition(conditions, "Issuing");
  const ready = findCondition(conditions, "Ready");
  if (issuing?.status === "True") return explainIssuing(snapshot, issuing, about, now);
  if (issuing?.status === "False" && certificate.status?.lastFailureTime !== undefined) {
    return explainFailure(snapshot, issuing, about, now);
  }
  if (ready?.status === "True") return explainReady(snapshot, about, now);
  if (sinceMs(ready?.lastTransitionTime ?? creationTimestamp, now) < MOMENT_MS) {
    const message = `cert-manager has not begun to issue it yet, ${ago(creationTimestamp, now)} after it was made.`;
    return [{ code: "certificate-new", level: "waiting", about, message }];
  }
  const why = ready?.message ?? "it has no condition at all";
  return [
    {
      code: "cert-manager-silent",
      level: "problem",
      about,
      message: `cert-manager does not take it up, ${ago(creationTimestamp, now)} after it was made: ${why}.`,
      next: "See whether cert-manager's controller runs and serves this namespace: kubectl get pods --namespace cert-manager.",
    },
  ];
}

function explainIssuing(
  snapshot: CertificateSnapshot,
  issuing: Condition,
  about: string,
  now: Date,
): Finding[] {
  const { revision = 0 } = snapshot.certificate.status ?? {};
  const { lastTransitionTime: since } = issuing;
  const how = revision === 0 ? "for the first time" : `anew (revision ${revision + 1})`;
  const message = `it is being issued ${how}, since ${since}: ${issuing.message ?? ""}`.trim();
  const { request } = snapshot;
  const first = (level: Finding["level"]): Finding => ({
    code: "certificate-issuing",
    level,
    about,
    message,
  });
  switch (request.is) {
    case "unknown":
      return [first("waiting"), unseen(about, "its requests", request.right)];
    case "absent":
      return [first("waiting"), ...explainNoRequest(snapshot, { about, since, now })];
    case "there": {
      const findings = explainRequest(request.object, now);
      const isStuck = findings.some(({ level }) => level === "problem");
      const issuedAt = findCondition(request.object.conditions, "Ready")?.lastTransitionTime;
      const isIssued = request.object.phase === "issued";
      if (isIssued && sinceMs(issuedAt, now) > MOMENT_MS) {
        return [first("problem"), ...findings, notTakenOver(snapshot, about, now, issuedAt)];
      }
      return [first(isStuck ? "problem" : "waiting"), ...findings];
    }
  }
}

/** The issuer has done its part: what follows is cert-manager's. */
function notTakenOver(
  { certificate }: CertificateSnapshot,
  about: string,
  now: Date,
  issuedAt: string | undefined,
): Finding {
  return {
    code: "secret-not-written",
    level: "problem",
    about,
    message: `its request was issued ${ago(issuedAt, now)} ago, and Secret ${certificate.metadata.namespace}/${certificate.spec.secretName} has not been written.`,
    next: "See to cert-manager's controller, which writes it: its log says what keeps it from doing so.",
  };
}

function explainNoRequest(
  snapshot: CertificateSnapshot,
  { about, since, now }: { about: string; since: string | undefined; now: Date },
): Finding[] {
  if (sinceMs(since, now) < MOMENT_MS) return [];
  return [
    {
      code: "no-request",
      level: "problem",
      about,
      message: `cert-manager has made no CertificateRequest for it, ${ago(since, now)} after it began.`,
      next: "See to cert-manager's controller: its log, and the events of this Certificate, say what keeps it.",
    },
    ...explainIssuer(snapshot.issuer, now).filter(({ level }) => level !== "ok"),
  ];
}

/** cert-manager waits 1 h × 2^(attempts − 1), 32 h at most, unless its flags say otherwise (C27). */
const FIRST_BACKOFF_MS = 3_600_000;
const LONGEST_BACKOFF_MS = 32 * FIRST_BACKOFF_MS;

function explainFailure(
  snapshot: CertificateSnapshot,
  issuing: Condition,
  about: string,
  now: Date,
): Finding[] {
  const { status = {}, metadata } = snapshot.certificate;
  const { lastFailureTime = "", failedIssuanceAttempts = 1 } = status;
  const backoffMs = Math.min(
    FIRST_BACKOFF_MS * 2 ** (failedIssuanceAttempts - 1),
    LONGEST_BACKOFF_MS,
  );
  const nextAt = new Date(Date.parse(lastFailureTime) + backoffMs).toISOString();
  const { request } = snapshot;
  return [
    {
      code: "certificate-failed",
      level: "problem",
      about,
      message: `issuing has failed, at ${lastFailureTime} (attempt ${failedIssuanceAttempts}): ${issuing.message ?? issuing.reason ?? ""}`,
      next: `See to the cause. cert-manager tries again by itself at about ${nextAt}; to try at once: cmctl renew ${metadata.name} --namespace ${metadata.namespace}, or change the Certificate.`,
    },
    ...(request.is === "there" ? explainRequest(request.object, now) : []),
    ...explainIssuer(snapshot.issuer, now).filter(({ level }) => level !== "ok"),
  ];
}

function explainReady(snapshot: CertificateSnapshot, about: string, now: Date): Finding[] {
  const { certificate, secret } = snapshot;
  const { notAfter = "", renewalTime, notBefore = "" } = certificate.status ?? {};
  const name = `Secret ${certificate.metadata.namespace}/${certificate.spec.secretName}`;
  if (secret.is === "absent") {
    return [
      {
        code: "secret-missing",
        level: "problem",
        about,
        message: `it counts as ready, and ${name} does not exist.`,
        next: "cert-manager issues it anew by itself: if it does not within a minute, see whether its controller runs.",
      },
    ];
  }
  const overdueMs = sinceMs(renewalTime, now);
  if (renewalTime !== undefined && overdueMs > MOMENT_MS * 10) {
    return [
      {
        code: "renewal-overdue",
        level: "problem",
        about,
        message: `it was to be renewed at ${renewalTime}, ${span(overdueMs)} ago, and is valid until ${notAfter}.`,
        next: "See whether cert-manager's controller runs: it begins renewals.",
      },
    ];
  }
  const findings: Finding[] = [
    {
      code: "certificate-ready",
      level: "ok",
      about,
      message: `it is ready: valid until ${notAfter}, to be renewed at ${renewalTime ?? "an unknown time"}.`,
    },
  ];
  const shorter = durationShortfall(certificate, notBefore, notAfter);
  return shorter === undefined ? findings : [...findings, { ...shorter, about }];
}

/** What a CA backdates, and rounds to. */
const TOLERANCE_MS = 10 * 60_000;

function durationShortfall(
  { spec }: Certificate,
  notBefore: string,
  notAfter: string,
): Omit<Finding, "about"> | undefined {
  if (spec.duration === undefined) return undefined;
  const grantedMs = Date.parse(notAfter) - Date.parse(notBefore);
  const askedMs = parseGoDuration(spec.duration);
  if (!(grantedMs < askedMs - TOLERANCE_MS)) return undefined;
  return {
    code: "shorter-than-asked",
    level: "warning",
    message: `it lasts ${span(grantedMs)}, ${spec.duration} was asked for.`,
    next: "Ask for what the CA grants, so that it is renewed when you expect it; or have the CA grant more.",
  };
}
