import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ApiError, isApiError } from "./api-error.ts";
import { type RefusedAnswer, readRefusal } from "./refusal.ts";

const REQUEST = { method: "PATCH", path: "/api/v1/namespaces/default/secrets/ca" } as const;

function refuse(answer: Partial<RefusedAnswer> & { status: number }): ApiError {
  return readRefusal(REQUEST, { body: "", nowMs: Date.UTC(2026, 0, 1), ...answer });
}

function statusBody(fields: Record<string, unknown>): string {
  return JSON.stringify({ apiVersion: "v1", kind: "Status", status: "Failure", ...fields });
}

describe("readRefusal()", () => {
  it("says what was tried, and what the API server answered", () => {
    const error = refuse({
      status: 409,
      body: statusBody({ reason: "Conflict", message: "the object has been modified" }),
    });
    assert.equal(
      error.message,
      "Cannot PATCH /api/v1/namespaces/default/secrets/ca: 409 Conflict: the object has been modified",
    );
    assert.equal(error.status, 409);
    assert.equal(error.reason, "Conflict");
  });

  it("keeps the details of the Status", () => {
    const details = { kind: "secrets", causes: [{ field: "data", reason: "FieldValueInvalid" }] };
    const error = refuse({ status: 422, body: statusBody({ reason: "Invalid", details }) });
    assert.deepEqual(error.details, details);
  });

  const codes = [
    { status: 404, reason: "NotFound", code: "NotFound" },
    { status: 409, reason: "AlreadyExists", code: "AlreadyExists" },
    { status: 409, reason: "Conflict", code: "Conflict" },
    { status: 410, reason: "Expired", code: "Expired" },
    { status: 410, reason: "Gone", code: "Expired" },
    { status: 500, reason: "ServerTimeout", code: "ServerTimeout" },
    { status: 404, reason: "AReasonOfTheFuture", code: "NotFound" },
    { status: 410, reason: undefined, code: "Expired" },
    { status: 502, reason: undefined, code: "ServiceUnavailable" },
    { status: 418, reason: undefined, code: "Unknown" },
  ] as const;
  for (const { status, reason, code } of codes) {
    it(`gives ${status} with reason ${reason ?? "none"} the code ${code}`, () => {
      assert.equal(refuse({ status, body: statusBody({ reason }) }).code, code);
    });
  }

  it("quotes the beginning of an answer that is no Status", () => {
    const error = refuse({ status: 502, body: `<html>\n  Bad Gateway\n${"x".repeat(500)}` });
    assert.match(error.message, /502 ServiceUnavailable: <html> Bad Gateway x+…$/);
    assert.ok(error.message.length < 300);
    assert.equal(error.reason, "");
  });

  it("says so when the answer is empty", () => {
    assert.match(refuse({ status: 403 }).message, /403 Forbidden: no message$/);
  });

  const delays = [
    { name: "seconds", retryAfter: "7", details: undefined, delayMs: 7_000 },
    {
      name: "a date",
      retryAfter: "Thu, 01 Jan 2026 00:00:05 GMT",
      details: undefined,
      delayMs: 5_000,
    },
    {
      name: "a date that is over",
      retryAfter: "Thu, 01 Jan 2020 00:00:00 GMT",
      details: undefined,
      delayMs: 0,
    },
    { name: "nonsense", retryAfter: "soon", details: undefined, delayMs: undefined },
    {
      name: "only in the body",
      retryAfter: undefined,
      details: { retryAfterSeconds: 2 },
      delayMs: 2_000,
    },
    { name: "nowhere", retryAfter: undefined, details: undefined, delayMs: undefined },
  ];
  for (const { name, retryAfter, details, delayMs } of delays) {
    it(`reads Retry-After: ${name}`, () => {
      const error = refuse({ status: 429, retryAfter, body: statusBody({ details }) });
      assert.equal(error.retryAfterMs, delayMs);
    });
  }
});

describe("isApiError()", () => {
  const error = refuse({ status: 404 });

  it("tells the code", () => {
    assert.equal(isApiError(error), true);
    assert.equal(isApiError(error, "NotFound"), true);
    assert.equal(isApiError(error, "Conflict"), false);
  });

  it("knows an error of another copy of this package", () => {
    const foreign = Object.assign(new Error(error.message), {
      name: "ApiError",
      code: "NotFound",
      status: 404,
    });
    assert.equal(foreign instanceof ApiError, false);
    assert.equal(isApiError(foreign, "NotFound"), true);
  });

  it("refuses what is none", () => {
    for (const other of [undefined, "ApiError", new Error("x"), { name: "ApiError" }]) {
      assert.equal(isApiError(other), false);
    }
  });
});
