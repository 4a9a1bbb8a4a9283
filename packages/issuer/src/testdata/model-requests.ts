import type { KubeObject } from "@countersign/kube";
import { certificateRequestKind } from "../certificate-request-kind.ts";
import { certificateSigningRequestKind } from "../certificate-signing-request-kind.ts";
import type { RequestKind } from "../request-kind.ts";
import { hasTrue, type ModelObject } from "./model-object.ts";

/** The group of a model's issuers, which is also what they write as. */
export const MODEL_GROUP = "acme.example.com";

/** What a request of a model is made of. */
export interface RequestParts {
  readonly slot: number;
  readonly uid: string;
  readonly csrPem: string;
}

/** One kind of request in a model: how it is made, and how its end is told, in words of the model's own. */
export interface ModelRequests {
  readonly kind: RequestKind<ModelObject>;
  readonly make: (parts: RequestParts) => ModelObject;
  /** Whether it knows InvalidRequest. */
  readonly canBeInvalid: boolean;
  /** Whether an approver may deny it now. */
  isDeniable(request: ModelObject): boolean;
  isIssued(request: ModelObject): boolean;
  isFailed(request: ModelObject): boolean;
}

const ready = (request: ModelObject) =>
  request.status?.conditions?.find((each) => each.type === "Ready");

export const MODEL_CERTIFICATE_REQUESTS: ModelRequests = {
  kind: modelKind(certificateRequestKind),
  canBeInvalid: true,
  // Only cert-manager's webhook keeps what is approved from being denied, and it need not be there.
  isDeniable: () => true,
  make: ({ slot, uid, csrPem }) => ({
    apiVersion: "cert-manager.io/v1",
    kind: "CertificateRequest",
    metadata: { namespace: "default", name: `web-${slot}`, uid },
    spec: {
      request: Buffer.from(csrPem).toString("base64"),
      issuerRef: { group: MODEL_GROUP, kind: "AcmeIssuer", name: "ca" },
    },
  }),
  isIssued: (request) =>
    ready(request)?.status === "True" || (request.status?.certificate ?? "") !== "",
  isFailed: (request) => ["Failed", "Denied"].includes(ready(request)?.reason ?? ""),
};

export const MODEL_SIGNING_REQUESTS: ModelRequests = {
  kind: modelKind(certificateSigningRequestKind),
  canBeInvalid: false,
  isDeniable: (request) => !hasTrue(request, "Approved"),
  make: ({ slot, uid, csrPem }) => ({
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name: `web-${slot}`, uid },
    spec: {
      request: Buffer.from(csrPem).toString("base64"),
      signerName: `acmeissuers.${MODEL_GROUP}/default.ca`,
      username: "jo",
    },
  }),
  isIssued: (request) => (request.status?.certificate ?? "") !== "",
  isFailed: (request) => hasTrue(request, "Failed") || hasTrue(request, "Denied"),
};

/** A kind over the objects of a model, which are what its `make` has made. */
function modelKind<T extends KubeObject>(kind: RequestKind<T>): RequestKind<ModelObject> {
  return kind as unknown as RequestKind<ModelObject>;
}
