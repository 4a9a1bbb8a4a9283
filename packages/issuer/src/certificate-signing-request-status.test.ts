import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AttemptState } from "./attempt-state.ts";
import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition,
} from "./certificate-signing-request.ts";
import { certificateSigningRequestStatus } from "./certificate-signing-request-status.ts";
import type { RequestReport } from "./request-report.ts";

const CONTEXT = { group: "acme.example.com", now: new Date("2026-01-01T10:00:00.900Z") };
const EARLIER = "2026-01-01T00:00:00Z";
const NOW = "2026-01-01T10:00:00Z";

const ATTEMPT: AttemptState = {
  attempts: 1,
  firstAttemptTime: "2026-01-01T09:00:00.000Z",
  lastAttemptTime: "2026-01-01T09:00:01.000Z",
  nextAttemptTime: "2026-01-01T10:00:01.000Z",
  budgetSpentMs: 1_000,
  order: { id: "order-7" },
};

function request(...conditions: CertificateSigningRequestCondition[]): CertificateSigningRequest {
  return {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name: "web" },
    spec: { request: "", signerName: "acmeclusterissuers.acme.example.com/ca" },
    status: { conditions },
  };
}

function waiting(message: string): RequestReport & { type: "waiting" } {
  return { type: "waiting", because: "issuer not found", message };
}

describe("certificateSigningRequestStatus()", () => {
  it("writes the certificate and nothing else: it is all that Kubernetes looks at", () => {
    const report: RequestReport = {
      type: "issued",
      certificatePem: "LEAF",
      caPem: "ROOT",
      differences: [],
    };
    assert.deepEqual(certificateSigningRequestStatus(request(), report, CONTEXT), {
      certificate: Buffer.from("LEAF").toString("base64"),
    });
  });

  it("writes the condition Failed", () => {
    const report: RequestReport = { type: "failed", message: "No." };
    assert.deepEqual(certificateSigningRequestStatus(request(), report, CONTEXT), {
      conditions: [
        {
          type: "Failed",
          status: "True",
          reason: "Failed",
          message: "No.",
          lastTransitionTime: NOW,
          lastUpdateTime: NOW,
        },
      ],
    });
  });

  it("gives the reasons that cert-manager's own controllers have for Failed", () => {
    const report: RequestReport = { type: "failed", message: "No.", reason: "DeniedReference" };
    const status = certificateSigningRequestStatus(request(), report, CONTEXT);
    assert.equal(status?.conditions?.[0]?.reason, "DeniedReference");
  });

  it("tells what is waited for in a condition of our own, since Kubernetes has none (G20)", () => {
    const status = certificateSigningRequestStatus(request(), waiting("Waiting."), CONTEXT);
    const [condition] = status?.conditions ?? [];
    assert.equal(condition?.type, "acme.example.com/Pending");
    assert.equal(condition?.message, "Waiting.");
  });

  it("writes nothing where the request says the same already: no empty writes", () => {
    const said: CertificateSigningRequestCondition = {
      type: "acme.example.com/Pending",
      status: "True",
      reason: "Pending",
      message: "Waiting.",
      lastTransitionTime: EARLIER,
      lastUpdateTime: EARLIER,
    };
    assert.equal(
      certificateSigningRequestStatus(request(said), waiting("Waiting."), CONTEXT),
      undefined,
    );
    const other = certificateSigningRequestStatus(request(said), waiting("Still."), CONTEXT);
    assert.equal(other?.conditions?.[0]?.lastTransitionTime, EARLIER);
    assert.equal(other?.conditions?.[0]?.lastUpdateTime, NOW);
  });

  it("stores the state of the attempt, and carries it on when it says something else (G6)", () => {
    const first = certificateSigningRequestStatus(
      request(),
      { ...waiting("Waiting."), attempt: ATTEMPT },
      CONTEXT,
    );
    const stored = first?.conditions?.[1];
    assert.equal(stored?.type, "acme.example.com/Attempt");
    assert.ok(stored);
    const second = certificateSigningRequestStatus(request(stored), waiting("Still."), CONTEXT);
    assert.deepEqual(JSON.parse(second?.conditions?.[1]?.message ?? ""), ATTEMPT);
  });

  it("turns our conditions to False at the end: the API server would not take them away", () => {
    const before = certificateSigningRequestStatus(
      request(),
      { ...waiting("Waiting."), attempt: ATTEMPT },
      CONTEXT,
    );
    const open = request({ type: "Approved", status: "True" }, ...(before?.conditions ?? []));
    const seen = (report: RequestReport): unknown =>
      certificateSigningRequestStatus(open, report, CONTEXT)?.conditions?.map((each) => [
        each.type,
        each.status,
        each.reason,
      ]);
    assert.deepEqual(seen({ type: "issued", certificatePem: "LEAF", differences: [] }), [
      ["acme.example.com/Pending", "False", "Issued"],
      ["acme.example.com/Attempt", "False", "Issued"],
    ]);
    assert.deepEqual(seen({ type: "failed", message: "No." }), [
      ["Failed", "True", "Failed"],
      ["acme.example.com/Pending", "False", "Failed"],
      ["acme.example.com/Attempt", "False", "Failed"],
    ]);
  });
});
