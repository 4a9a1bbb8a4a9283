import type { Client, KubeObject, Resource } from "@countersign/kube";
import type { AttemptState } from "./attempt-state.ts";
import type { IssuerKey, IssuerKind } from "./issuer-ref.ts";
import type { RequestReport } from "./request-report.ts";
import type { SigningRequest } from "./signing-request.ts";

/**
 * How far a request has come, as its own status tells:
 *
 * - `unapproved`: no approver has spoken.
 * - `open`: approved and ours to issue.
 * - `denied`: an approver has denied it; `markedDenied`: and nothing is left for us to say.
 * - `invalid`: marked InvalidRequest, which cert-manager takes as the end.
 * - `deleting`: it is on its way out.
 * - `issued`, `failed`: ended by us.
 */
export type RequestPhase =
  | "unapproved"
  | "open"
  | "denied"
  | "markedDenied"
  | "invalid"
  | "deleting"
  | "issued"
  | "failed";

/**
 * What one kind of request differs in from another: cert-manager's CertificateRequest and
 * Kubernetes' CertificateSigningRequest meet here, and take the same way ever after.
 */
export interface RequestKind<T extends KubeObject = KubeObject> {
  readonly resource: Resource<T>;
  /** The issuer that a request refers to, among these kinds; undefined where it is somebody else's. */
  referredIssuer(request: T, kinds: readonly IssuerKind[]): IssuerKey | undefined;
  /**
   * The field selector for the requests that refer to issuers of a group, where the API can have one.
   */
  groupSelector?(group: string): string;
  phaseOf(request: T): RequestPhase;
  /** Whether a request was made where its kind had no approval yet. Missing where it always had. */
  isFromBeforeApproval?(request: T): boolean;
  /** RFC 3339: when an approver has approved it; undefined where nobody has. */
  approvedAt(request: T): string | undefined;
  /** The CSR as the request holds it: with the uid it tells one request from another of its name. */
  encodedCsrOf(request: T): string;
  /** What an earlier attempt has left, under the group of the request's issuer. */
  attemptOf(request: T, group: string): AttemptState | undefined;
  /**
   * Reads what is asked for.
   *
   * @throws whatever tells that it can never be signed: an `UnsignableRequest` with a reason of its
   * kind, or the error of the parser.
   */
  readSigningRequest(request: T): SigningRequest;
  /**
   * Computes the status to apply: everything in it that is ours, and nothing else, since server-side
   * apply takes away what an owner leaves out. Undefined where the request says all of it already.
   */
  statusToApply(request: T, report: RequestReport, context: StatusContext): object | undefined;
  /**
   * Asks whether whoever made the request may use the issuer. Missing where the kind's API has asked
   * already, or whoever can make one may.
   */
  mayRefer?(client: Client, request: T, issuer: IssuerKey): Promise<boolean>;
}

/** What a status depends on besides its request and the report. */
export interface StatusContext {
  /** The group of the request's issuer. */
  readonly group: string;
  readonly now: Date;
}

/** Whether there is nothing left to do in a phase, now or later. */
export function isFinalPhase(phase: RequestPhase): boolean {
  return phase !== "unapproved" && phase !== "open" && phase !== "denied";
}

/** Thrown for a request that can never be signed, with the reason that its kind has for that. */
export class UnsignableRequest extends Error {
  override readonly name = "UnsignableRequest";
  readonly code = "ERR_COUNTERSIGN_UNSIGNABLE" as const;
  readonly reason: FailureReason;

  constructor(reason: FailureReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * The reasons of Failed that a CertificateSigningRequest tells apart, as cert-manager's own
 * controllers do (C40, C45). Source: cert-manager pkg/controller/certificatesigningrequests/sync.go.
 */
export type FailureReason = "DeniedReference" | "ErrorParseDuration" | "InvalidDuration";

/** A request's uid. The API server gives every object one. */
export function uidOf(request: KubeObject): string {
  return request.metadata.uid ?? "";
}
