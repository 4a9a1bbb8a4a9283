import type { KubeObject, ObjectMeta } from "@countersign/kube";
import type { Condition, IssuerRef } from "./certificate.ts";

/** The fields of a cert-manager.io/v1 CertificateRequest that tests set and read. */
export interface CertificateRequest extends KubeObject {
  readonly spec: {
    readonly issuerRef: IssuerRef;
    /** The CSR: base64 of PEM. */
    readonly request: string;
    readonly duration?: string;
    readonly isCA?: boolean;
    readonly usages?: readonly string[];
  };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    /** Base64 of PEM, leaf first. */
    readonly certificate?: string;
    readonly ca?: string;
    readonly failureTime?: string;
  };
}

/** What a {@link certificateRequest} says. */
export type CertificateRequestOptions = Pick<ObjectMeta, "name" | "labels" | "annotations"> & {
  readonly namespace: string;
  readonly csrPem: string;
} & Omit<CertificateRequest["spec"], "request">;

/** A CertificateRequest, unapproved. */
export function certificateRequest(options: CertificateRequestOptions): CertificateRequest {
  const { name, namespace, labels, annotations, csrPem, ...spec } = options;
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "CertificateRequest",
    metadata: { name, namespace, ...(labels && { labels }), ...(annotations && { annotations }) },
    spec: { ...spec, request: Buffer.from(csrPem).toString("base64") },
  };
}
