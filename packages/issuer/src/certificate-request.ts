import { defineResource, type KubeObject, type Resource } from "@countersign/kube";
import type { Condition } from "./condition.ts";

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
