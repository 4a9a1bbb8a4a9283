import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CertificateRequest } from "./certificate-request.ts";
import { certificateRequestKind } from "./certificate-request-kind.ts";
import type { Condition } from "./condition.ts";
import { type Decision, decide, type IssuerView, type RequestView } from "./decide.ts";
import type { IssuerObject } from "./issuer-object.ts";

const APPROVED: Condition = { type: "Approved", status: "True", reason: "cert-manager.io" };
const DENIED: Condition = { type: "Denied", status: "True", reason: "policy" };

function ready(status: Condition["status"], reason: string, message = reason): Condition {
  return { type: "Ready", status, reason, message };
}

function request(...conditions: Condition[]): CertificateRequest {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "CertificateRequest",
    metadata: { namespace: "default", name: "web-1", uid: "u1" },
    spec: {
      request: "",
      issuerRef: { group: "acme.example.com", kind: "AcmeIssuer", name: "ca" },
    },
    status: { conditions },
  };
}

function issuer(generation: number, ...conditions: Condition[]): IssuerObject {
  return {
    apiVersion: "acme.example.com/v1alpha1",
    kind: "AcmeIssuer",
    metadata: { namespace: "default", name: "ca", uid: "i1", generation },
    status: { conditions },
  };
}

const KEY = "AcmeIssuer.acme.example.com default/ca";
const READY_ISSUER = issuer(2, { ...ready("True", "Checked"), observedGeneration: 2 });
const OPEN = request(APPROVED);

interface Row {
  readonly rule: string;
  readonly request: CertificateRequest;
  /** The issuer, or more that is known of it. Missing: there is none. */
  readonly issuer?: IssuerObject;
  readonly view?: Partial<IssuerView>;
  readonly requestView?: Partial<RequestView>;
  readonly decision: Decision;
}

const ROWS: readonly Row[] = [
  {
    rule: "an approved request of a ready issuer is signed",
    request: OPEN,
    issuer: READY_ISSUER,
    decision: { do: "sign" },
  },
  {
    rule: "a request that waits is signed once its issuer is ready",
    request: request(APPROVED, ready("False", "Pending")),
    issuer: READY_ISSUER,
    decision: { do: "sign" },
  },
  {
    rule: "a request that nobody has approved is left alone",
    request: request(),
    issuer: READY_ISSUER,
    decision: { do: "nothing", because: "unapproved" },
  },
  {
    rule: "a request that nobody has approved is left alone, also without an issuer",
    request: request(),
    decision: { do: "nothing", because: "unapproved" },
  },
  {
    rule: "a denied request is marked, though it was never approved (G1)",
    request: request(DENIED),
    issuer: READY_ISSUER,
    decision: { do: "markDenied" },
  },
  {
    rule: "a denied request is marked, also without an issuer",
    request: request(DENIED, ready("False", "Pending")),
    decision: { do: "markDenied" },
  },
  {
    rule: "a request that is marked denied is left alone",
    request: request(DENIED, ready("False", "Denied")),
    issuer: READY_ISSUER,
    decision: { do: "nothing", because: "markedDenied" },
  },
  {
    rule: "an issued request is left alone",
    request: request(APPROVED, ready("True", "Issued")),
    issuer: READY_ISSUER,
    decision: { do: "nothing", because: "issued" },
  },
  {
    rule: "a failed request is left alone",
    request: request(APPROVED, ready("False", "Failed")),
    issuer: READY_ISSUER,
    decision: { do: "nothing", because: "failed" },
  },
  {
    rule: "an invalid request is never signed (G10)",
    request: request(APPROVED, { type: "InvalidRequest", status: "True" }),
    issuer: READY_ISSUER,
    decision: { do: "nothing", because: "invalid" },
  },
  {
    rule: "a request whose certificate is there is left alone, whatever Ready says",
    request: { ...OPEN, status: { conditions: [APPROVED], certificate: "LS0t" } },
    issuer: READY_ISSUER,
    decision: { do: "nothing", because: "issued" },
  },
  {
    rule: "a request that is being deleted is left alone",
    request: {
      ...OPEN,
      metadata: { ...OPEN.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" },
    },
    issuer: READY_ISSUER,
    decision: { do: "nothing", because: "deleting" },
  },
  {
    rule: "a request that the author ignores is left alone, approved or denied (G18)",
    request: request(DENIED),
    issuer: READY_ISSUER,
    requestView: { isIgnored: true },
    decision: { do: "nothing", because: "ignored" },
  },
  {
    rule: "a request of an issuer that the author ignores is left alone (G18)",
    request: OPEN,
    issuer: READY_ISSUER,
    view: { isIgnored: true },
    decision: { do: "nothing", because: "ignored" },
  },
  {
    rule: "an issuer whose first check is under way signs nothing",
    request: OPEN,
    issuer: issuer(1, { ...ready("Unknown", "Initializing"), observedGeneration: 1 }),
    decision: {
      do: "wait",
      because: "issuer not checked",
      message:
        "Waiting for AcmeIssuer default/ca: it has not been checked yet. The request goes on by itself once it has.",
    },
  },
  {
    rule: "without its issuer a request waits, and says which",
    request: OPEN,
    decision: {
      do: "wait",
      because: "issuer not found",
      message:
        "Waiting for AcmeIssuer default/ca: it does not exist. Create it, or request again with another issuerRef.",
    },
  },
  {
    rule: "an issuer that is being deleted signs nothing",
    request: OPEN,
    issuer: {
      ...READY_ISSUER,
      metadata: { ...READY_ISSUER.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" },
    },
    decision: {
      do: "wait",
      because: "issuer being deleted",
      message:
        "Waiting for AcmeIssuer default/ca: it is being deleted. Create it anew once it is gone, or request again with another issuerRef.",
    },
  },
  {
    rule: "an issuer that was never checked signs nothing",
    request: OPEN,
    issuer: issuer(1),
    decision: {
      do: "wait",
      because: "issuer not checked",
      message:
        "Waiting for AcmeIssuer default/ca: it has not been checked yet. The request goes on by itself once it has.",
    },
  },
  {
    rule: "an issuer that was changed signs nothing before it is checked again",
    request: OPEN,
    issuer: issuer(3, { ...ready("True", "Checked"), observedGeneration: 2 }),
    decision: {
      do: "wait",
      because: "issuer change not checked",
      message:
        "Waiting for AcmeIssuer default/ca: its latest change has not been checked yet. The request goes on by itself once it has.",
    },
  },
  {
    rule: "of an issuer that is not ready the request tells why",
    request: OPEN,
    issuer: issuer(2, {
      ...ready("False", "Pending", "Secret default/ca does not exist: create it"),
      observedGeneration: 2,
    }),
    decision: {
      do: "wait",
      because: "issuer not ready",
      message:
        "Waiting for AcmeIssuer default/ca, which is not ready: Secret default/ca does not exist: create it",
    },
  },
  {
    rule: "a fault that signing has found counts before the issuer's status tells it (G11)",
    request: OPEN,
    issuer: READY_ISSUER,
    view: { unreportedFault: "The CA answered 401" },
    decision: {
      do: "wait",
      because: "issuer at fault",
      message: "Waiting for AcmeIssuer default/ca, which is not ready: The CA answered 401",
    },
  },
  {
    rule: "a request is held back while the CA of its ready issuer is left alone",
    request: OPEN,
    issuer: READY_ISSUER,
    requestView: { heldBack: { because: "breaker", message: "HTTP 503" } },
    decision: {
      do: "wait",
      because: "issuer held back",
      message:
        "Waiting for AcmeIssuer default/ca: signing has failed 5 times in a row, so that one request at a time is tried until one succeeds. The others go on by themselves then. The last failure: HTTP 503",
    },
  },
  {
    rule: "that an issuer is not ready is told first",
    request: OPEN,
    requestView: { heldBack: { because: "breaker", message: "HTTP 503" } },
    decision: {
      do: "wait",
      because: "issuer not found",
      message:
        "Waiting for AcmeIssuer default/ca: it does not exist. Create it, or request again with another issuerRef.",
    },
  },
];

describe("decide()", () => {
  for (const row of ROWS) {
    it(row.rule, () => {
      const view = { key: KEY, ...(row.issuer && { issuer: row.issuer }), ...row.view };
      const phase = certificateRequestKind.phaseOf(row.request);
      assert.deepEqual(decide({ phase, ...row.requestView }, view), row.decision);
    });
  }
});
