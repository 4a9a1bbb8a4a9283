import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type AttemptState, attemptCondition } from "./attempt-state.ts";
import type { CertificateRequest } from "./certificate-request.ts";
import { certificateRequestStatus } from "./certificate-request-status.ts";
import type { Condition } from "./condition.ts";
import type { RequestReport } from "./request-report.ts";

const GROUP = "acme.example.com";
const EARLIER = "2026-01-01T00:00:00Z";
const OPTIONS = { group: GROUP, now: new Date("2026-01-01T10:00:00.900Z") };
const NOW = "2026-01-01T10:00:00Z";

const ATTEMPT: AttemptState = {
  attempts: 1,
  firstAttemptTime: "2026-01-01T09:00:00.000Z",
  lastAttemptTime: "2026-01-01T10:00:00.000Z",
  nextAttemptTime: "2026-01-01T10:00:01.000Z",
  budgetSpentMs: 1_000,
  order: { id: "order-7" },
};

function request(...conditions: Condition[]): CertificateRequest {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "CertificateRequest",
    metadata: { namespace: "default", name: "web-1" },
    spec: { request: "", issuerRef: { group: GROUP, kind: "AcmeIssuer", name: "ca" } },
    status: { conditions },
  };
}

function pending(message: string, lastTransitionTime = EARLIER): Condition {
  return { type: "Ready", status: "False", reason: "Pending", message, lastTransitionTime };
}

function waiting(message: string): RequestReport & { type: "waiting" } {
  return { type: "waiting", because: "issuer not ready", message };
}

const STORED_ATTEMPT: Condition = {
  ...attemptCondition(ATTEMPT, GROUP),
  lastTransitionTime: EARLIER,
};

describe("certificateRequestStatus()", () => {
  it("writes certificate, ca and Ready=True/Issued together", () => {
    const report: RequestReport = {
      type: "issued",
      certificatePem: "LEAF",
      caPem: "ROOT",
      differences: [],
    };
    assert.deepEqual(certificateRequestStatus(request(), report, OPTIONS), {
      conditions: [
        {
          type: "Ready",
          status: "True",
          reason: "Issued",
          message: "The certificate has been issued.",
          lastTransitionTime: NOW,
        },
      ],
      certificate: Buffer.from("LEAF").toString("base64"),
      ca: Buffer.from("ROOT").toString("base64"),
    });
  });

  it("leaves ca out where there is none", () => {
    const report: RequestReport = { type: "issued", certificatePem: "LEAF", differences: [] };
    const status = certificateRequestStatus(request(), report, OPTIONS);
    assert.equal(status !== undefined && "ca" in status, false);
  });

  it("writes failureTime with Failed", () => {
    const status = certificateRequestStatus(request(), { type: "failed", message: "No." }, OPTIONS);
    assert.equal(status?.failureTime, NOW);
    assert.equal(status?.conditions?.[0]?.reason, "Failed");
    assert.equal(status?.conditions?.[0]?.message, "No.");
  });

  it("writes failureTime with Denied, and says where the reason is", () => {
    const status = certificateRequestStatus(request(), { type: "denied" }, OPTIONS);
    assert.equal(status?.failureTime, NOW);
    assert.deepEqual(status?.conditions, [
      {
        type: "Ready",
        status: "False",
        reason: "Denied",
        message:
          "The request was denied by an approver and will not be issued. See its condition Denied for the reason.",
        lastTransitionTime: NOW,
      },
    ]);
  });

  it("writes nothing where the request says the same already", () => {
    const report: RequestReport = waiting("Waiting.");
    assert.equal(
      certificateRequestStatus(request(pending("Waiting.")), report, OPTIONS),
      undefined,
    );
  });

  it("says how the certificate differs from what was asked for", () => {
    const report: RequestReport = {
      type: "issued",
      certificatePem: "LEAF",
      differences: ['it lacks "dns:a.example.com"', "it lasts 1h, 2h was asked for"],
    };
    const status = certificateRequestStatus(request(), report, OPTIONS);
    assert.equal(
      status?.conditions?.[0]?.message,
      'The certificate has been issued, and differs from what was asked for: it lacks "dns:a.example.com"; it lasts 1h, 2h was asked for.',
    );
  });

  it("marks a request that is wrong in itself InvalidRequest as well (W5)", () => {
    const report: RequestReport = { type: "failed", message: "No CSR.", isInvalid: true };
    const status = certificateRequestStatus(request(), report, OPTIONS);
    const seen = status?.conditions?.map(({ type, status, reason }) => [type, status, reason]);
    assert.deepEqual(seen, [
      ["Ready", "False", "Failed"],
      ["InvalidRequest", "True", "InvalidRequest"],
    ]);
    assert.equal(status?.failureTime, NOW);
  });

  it("keeps the transition time while the status of the condition stays", () => {
    const report: RequestReport = waiting("Waiting for something else.");
    const status = certificateRequestStatus(request(pending("Waiting.")), report, OPTIONS);
    assert.equal(status?.conditions?.[0]?.lastTransitionTime, EARLIER);
  });

  it("stores the state of the attempt in our own condition", () => {
    const report: RequestReport = { ...waiting("Waiting."), attempt: ATTEMPT };
    const status = certificateRequestStatus(request(), report, OPTIONS);
    const condition = status?.conditions?.[1];
    assert.equal(condition?.type, "acme.example.com/Attempt");
    assert.deepEqual(JSON.parse(condition?.message ?? ""), ATTEMPT);
  });

  it("carries the state of the attempt on when it says something else (G6)", () => {
    const report: RequestReport = waiting("Waiting for the issuer.");
    const status = certificateRequestStatus(
      request(pending("Waiting."), STORED_ATTEMPT),
      report,
      OPTIONS,
    );
    assert.deepEqual(status?.conditions?.[1], STORED_ATTEMPT);
  });

  it("moves the transition time when the status of the condition changes", () => {
    const report: RequestReport = { type: "issued", certificatePem: "LEAF", differences: [] };
    const status = certificateRequestStatus(request(pending("Waiting.")), report, OPTIONS);
    assert.equal(status?.conditions?.[0]?.lastTransitionTime, NOW);
  });

  it("keeps the attempt's transition time while its state changes", () => {
    const report = { ...waiting("Waiting."), attempt: { ...ATTEMPT, attempts: 2 } };
    const before = request(pending("Waiting."), STORED_ATTEMPT);
    const condition = certificateRequestStatus(before, report, OPTIONS)?.conditions?.[1];
    assert.equal(condition?.lastTransitionTime, EARLIER);
    assert.equal(JSON.parse(condition?.message ?? "").attempts, 2);
  });

  it("leaves the attempt behind at the end: server-side apply takes it away", () => {
    const before = request(pending("Waiting."), STORED_ATTEMPT);
    const status = certificateRequestStatus(before, { type: "failed", message: "No." }, OPTIONS);
    assert.deepEqual(
      status?.conditions?.map(({ type, reason }) => [type, reason]),
      [["Ready", "Failed"]],
    );
  });

  it("never names a condition that is not ours", () => {
    const others: Condition[] = [
      { type: "Approved", status: "True", reason: "cert-manager.io" },
      { type: "example.com/Other", status: "True", reason: "Whatever" },
    ];
    const status = certificateRequestStatus(
      request(...others),
      { type: "failed", message: "No." },
      OPTIONS,
    );
    assert.deepEqual(
      status?.conditions?.map((each) => each.type),
      ["Ready"],
    );
  });

  it("cuts a message that nobody could read", () => {
    const report: RequestReport = { type: "failed", message: "x".repeat(100_000) };
    const message =
      certificateRequestStatus(request(), report, OPTIONS)?.conditions?.[0]?.message ?? "";
    assert.equal(message.length, 4_096);
    assert.ok(message.endsWith("… (cut)"));
  });
});
