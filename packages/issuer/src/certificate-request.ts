import { defineResource, type KubeObject, type Resource } from "@countersign/kube";
import { type Condition, findCondition, isConditionTrue } from "./condition.ts";

/**
 * cert-manager's CertificateRequest: what an issuer reads and writes of it.
 *
 * Source: cert-manager pkg/apis/certmanager/v1/types_certificaterequest.go.
 */
export interface CertificateRequest extends KubeObject {
  readonly spec: {
    /** The PEM of a PKCS #10 request, base64. */
    readonly request: string;
    readonly issuerRef: { readonly group?: string; readonly kind?: string; readonly name: string };
    /** A Go duration. @default 90 days */
    readonly duration?: string;
    readonly isCA?: boolean;
    readonly usages?: readonly string[];
    readonly username?: string;
    readonly uid?: string;
    readonly groups?: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  };
  readonly status?: CertificateRequestStatus;
}

/** The status of a CertificateRequest. */
export interface CertificateRequestStatus {
  readonly conditions?: readonly Condition[];
  /** PEM, base64: the certificate first, then its chain without the root. */
  readonly certificate?: string;
  /** PEM, base64. */
  readonly ca?: string;
  /** RFC 3339. */
  readonly failureTime?: string;
}

/** Where the API server serves CertificateRequests. */
export const certificateRequests: Resource<CertificateRequest> = defineResource({
  group: "cert-manager.io",
  version: "v1",
  kind: "CertificateRequest",
  plural: "certificaterequests",
  namespaced: true,
});

/**
 * How far a request has come, as its own conditions tell:
 *
 * - `unapproved`: no approver has spoken.
 * - `open`: approved and ours to issue.
 * - `denied`: an approver has denied it; `markedDenied`: and we have said so in Ready.
 * - `invalid`: marked InvalidRequest, which cert-manager takes as the end.
 * - `issued`, `failed`: ended by us.
 */
export type RequestPhase =
  | "unapproved"
  | "open"
  | "denied"
  | "markedDenied"
  | "invalid"
  | "issued"
  | "failed";

/** Tells the phase of a request. An end once written stays the end, whatever else is set later. */
export function phaseOf(request: CertificateRequest): RequestPhase {
  const { conditions, certificate } = request.status ?? {};
  const ready = findCondition(conditions, "Ready");
  if (ready?.status === "True" || (certificate ?? "") !== "") return "issued";
  if (ready?.reason === "Failed") return "failed";
  if (ready?.reason === "Denied") return "markedDenied";
  if (isConditionTrue(conditions, "Denied")) return "denied";
  if (isConditionTrue(conditions, "InvalidRequest")) return "invalid";
  return isConditionTrue(conditions, "Approved") ? "open" : "unapproved";
}

/** Whether there is nothing left to do for a request, now or later. */
export function isFinished(request: CertificateRequest): boolean {
  const phase = phaseOf(request);
  return phase !== "unapproved" && phase !== "open" && phase !== "denied";
}
