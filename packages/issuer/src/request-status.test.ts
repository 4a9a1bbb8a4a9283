import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type AttemptState, attemptCondition } from "./attempt-state.ts";
import type { CertificateRequest } from "./certificate-request.ts";
import type { Condition } from "./condition.ts";
import { type RequestReport, statusToApply } from "./request-status.ts";

const GROUP = "acme.example.com";
const EARLIER = "2026-01-01T00:00:00Z";
const OPTIONS = { group: GROUP, now: new Date("2026-01-01T10:00:00.900Z") };
const NOW = "2026-01-01T10:00:00Z";

const ATTEMPT: AttemptState = {
  attempts: 1,
  firstAttemptTime: "2026-01-01T09:00:00.000Z",
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

const STORED_ATTEMPT: Condition = {
  ...attemptCondition(ATTEMPT, GROUP),
  lastTransitionTime: EARLIER,
};

describe("statusToApply()", () => {
  it("writes certificate, ca and Ready=True/Issued together", () => {
    const report: RequestReport = { type: "issued", certificatePem: "LEAF", caPem: "ROOT" };
    assert.deepEqual(statusToApply(request(), report, OPTIONS), {
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
    const status = statusToApply(request(), { type: "issued", certificatePem: "LEAF" }, OPTIONS);
    assert.equal(status !== undefined && "ca" in status, false);
  });

  it("writes failureTime with Failed", () => {
    const status = statusToApply(request(), { type: "failed", message: "No." }, OPTIONS);
    assert.equal(status?.failureTime, NOW);
    assert.equal(status?.conditions?.[0]?.reason, "Failed");
    assert.equal(status?.conditions?.[0]?.message, "No.");
  });

  it("writes failureTime with Denied, and says where the reason is", () => {
    const status = statusToApply(request(), { type: "denied" }, OPTIONS);
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
    const report: RequestReport = { type: "waiting", message: "Waiting." };
    assert.equal(statusToApply(request(pending("Waiting.")), report, OPTIONS), undefined);
  });

  it("keeps the transition time while the status of the condition stays", () => {
    const report: RequestReport = { type: "waiting", message: "Waiting for something else." };
    const status = statusToApply(request(pending("Waiting.")), report, OPTIONS);
    assert.equal(status?.conditions?.[0]?.lastTransitionTime, EARLIER);
  });

  it("stores the state of the attempt in our own condition", () => {
    const report: RequestReport = { type: "waiting", message: "Waiting.", attempt: ATTEMPT };
    const status = statusToApply(request(), report, OPTIONS);
    const condition = status?.conditions?.[1];
    assert.equal(condition?.type, "acme.example.com/Attempt");
    assert.deepEqual(JSON.parse(condition?.message ?? ""), ATTEMPT);
  });

  it("carries the state of the attempt on when it says something else (G6)", () => {
    const report: RequestReport = { type: "waiting", message: "Waiting for the issuer." };
    const status = statusToApply(request(pending("Waiting."), STORED_ATTEMPT), report, OPTIONS);
    assert.deepEqual(status?.conditions?.[1], STORED_ATTEMPT);
  });

  it("never names a condition that is not ours", () => {
    const others: Condition[] = [
      { type: "Approved", status: "True", reason: "cert-manager.io" },
      { type: "example.com/Other", status: "True", reason: "Whatever" },
    ];
    const status = statusToApply(request(...others), { type: "failed", message: "No." }, OPTIONS);
    assert.deepEqual(
      status?.conditions?.map((each) => each.type),
      ["Ready"],
    );
  });

  it("cuts a message that nobody could read", () => {
    const report: RequestReport = { type: "failed", message: "x".repeat(100_000) };
    const message = statusToApply(request(), report, OPTIONS)?.conditions?.[0]?.message ?? "";
    assert.equal(message.length, 4_096);
    assert.ok(message.endsWith("… (cut)"));
  });
});
