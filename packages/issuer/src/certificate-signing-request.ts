import { defineResource, type KubeObject, type Resource } from "@countersign/kube";
import type { Condition } from "./condition.ts";

/**
 * Kubernetes' CertificateSigningRequest: what an issuer reads and writes of it.
 *
 * Source: k8s.io/api certificates/v1/types.go.
 */
export interface CertificateSigningRequest extends KubeObject {
  readonly spec: {
    /** The PEM of a PKCS #10 request, base64. */
    readonly request: string;
    /** `<plural>.<group>/<name>`; of a namespaced issuer `<plural>.<group>/<namespace>.<name>`. */
    readonly signerName: string;
    /** At least 600. */
    readonly expirationSeconds?: number;
    readonly usages?: readonly string[];
    readonly username?: string;
    readonly uid?: string;
    readonly groups?: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  };
  readonly status?: CertificateSigningRequestStatus;
}

/** A condition of a CertificateSigningRequest: it tells its last update besides its last transition. */
export interface CertificateSigningRequestCondition extends Condition {
  /** RFC 3339. */
  readonly lastUpdateTime?: string;
}

/** The status of a CertificateSigningRequest. */
export interface CertificateSigningRequestStatus {
  readonly conditions?: readonly CertificateSigningRequestCondition[];
  /** PEM, base64: the certificate first, then its chain without the root. It cannot be changed. */
  readonly certificate?: string;
}

/** Where the API server serves CertificateSigningRequests. */
export const certificateSigningRequests: Resource<CertificateSigningRequest> = defineResource({
  group: "certificates.k8s.io",
  version: "v1",
  kind: "CertificateSigningRequest",
  plural: "certificatesigningrequests",
  namespaced: false,
});
