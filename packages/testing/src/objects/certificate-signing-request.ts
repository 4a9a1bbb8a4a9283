import type { Client, KubeObject, ObjectMeta, Resource } from "@countersign/kube";
import { defineResource } from "@countersign/kube";
import type { Condition } from "./certificate.ts";

/** The fields of a certificates.k8s.io/v1 CertificateSigningRequest that tests set and read. */
export interface CertificateSigningRequest extends KubeObject {
  readonly spec: {
    /** `<plural>.<group>/<name>`, and `<namespace>.<name>` for a namespaced issuer. */
    readonly signerName: string;
    /** The CSR: base64 of PEM. */
    readonly request: string;
    readonly expirationSeconds?: number;
    readonly usages: readonly string[];
  };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    /** Base64 of PEM, leaf first. */
    readonly certificate?: string;
  };
}

/** Where the API server serves CertificateSigningRequests. */
export const CERTIFICATE_SIGNING_REQUESTS: Resource<CertificateSigningRequest> = defineResource({
  group: "certificates.k8s.io",
  version: "v1",
  kind: "CertificateSigningRequest",
  plural: "certificatesigningrequests",
  namespaced: false,
});

/** What a {@link certificateSigningRequest} says. */
export type CertificateSigningRequestOptions = Pick<
  ObjectMeta,
  "name" | "labels" | "annotations"
> & {
  readonly csrPem: string;
  /** @default ["digital signature", "key encipherment"] */
  readonly usages?: readonly string[];
} & Omit<CertificateSigningRequest["spec"], "request" | "usages">;

/** A CertificateSigningRequest, unapproved. */
export function certificateSigningRequest(
  options: CertificateSigningRequestOptions,
): CertificateSigningRequest {
  const { name, labels, annotations, csrPem, usages, ...spec } = options;
  return {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name, ...(labels && { labels }), ...(annotations && { annotations }) },
    spec: {
      ...spec,
      usages: usages ?? ["digital signature", "key encipherment"],
      request: Buffer.from(csrPem).toString("base64"),
    },
  };
}

/** Approves or denies a CertificateSigningRequest, as `kubectl certificate approve` does. */
export async function decideCertificateSigningRequest(
  client: Client,
  name: string,
  type: "Approved" | "Denied",
): Promise<void> {
  const live = await client.get(CERTIFICATE_SIGNING_REQUESTS, { name });
  const condition = { type, status: "True" as const, reason: "Test", message: `${type} by a test` };
  const conditions = [...(live.status?.conditions ?? []), condition];
  const decided = { ...live, status: { ...live.status, conditions } };
  await client.replace(CERTIFICATE_SIGNING_REQUESTS, decided, { subresource: "approval" });
}
