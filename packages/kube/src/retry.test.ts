import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ApiError } from "./api-error.ts";
import { APPLY_PATCH, decideRetry, NO_RETRIES, type RetryHistory } from "./retry.ts";
import type { ApiRequest } from "./transport.ts";
import { TransportError, type TransportErrorCode } from "./transport-error.ts";

const PATH = "/api/v1/things";
const GET: ApiRequest = { method: "GET", path: PATH };
const POST: ApiRequest = { method: "POST", path: PATH };
const PUT: ApiRequest = { method: "PUT", path: PATH };
const DELETE: ApiRequest = { method: "DELETE", path: PATH };
const APPLY: ApiRequest = { method: "PATCH", path: PATH, contentType: APPLY_PATCH };
const MERGE: ApiRequest = {
  method: "PATCH",
  path: PATH,
  contentType: "application/merge-patch+json",
};

function answered(status: number, retryAfterMs?: number): ApiError {
  return new ApiError(GET, { status, said: "no", retryAfterMs });
}

function failed(code: TransportErrorCode, maybeSent = true): TransportError {
  return new TransportError(code, "failed", { maybeSent });
}

describe("decideRetry()", () => {
  const rows: {
    rule: string;
    request: ApiRequest;
    error: unknown;
    history?: Partial<RetryHistory>;
    expected: "throw" | "wait" | "refresh" | "reconnect" | "reread";
  }[] = [
    { rule: "429 waits", request: GET, error: answered(429, 1_000), expected: "wait" },
    { rule: "429 waits for a POST", request: POST, error: answered(429, 1_000), expected: "wait" },
    { rule: "429 without Retry-After", request: GET, error: answered(429), expected: "throw" },
    { rule: "503 waits", request: GET, error: answered(503, 0), expected: "wait" },
    { rule: "503 waits for an apply", request: APPLY, error: answered(503, 0), expected: "wait" },
    { rule: "503 of a POST", request: POST, error: answered(503, 0), expected: "throw" },
    { rule: "503 of a DELETE", request: DELETE, error: answered(503, 0), expected: "throw" },
    { rule: "502 never waits", request: GET, error: answered(502, 0), expected: "throw" },
    {
      rule: "a third wait",
      request: GET,
      error: answered(429, 1_000),
      history: { waits: 2, waitedMs: 2_000 },
      expected: "throw",
    },
    {
      rule: "30 s of waiting in all",
      request: GET,
      error: answered(429, 20_000),
      history: { waits: 1, waitedMs: 10_000 },
      expected: "wait",
    },
    {
      rule: "more than 30 s of waiting in all",
      request: GET,
      error: answered(429, 20_001),
      history: { waits: 1, waitedMs: 10_000 },
      expected: "throw",
    },
    { rule: "401 refreshes", request: POST, error: answered(401), expected: "refresh" },
    {
      rule: "a second 401",
      request: GET,
      error: answered(401),
      history: { hasRefreshed: true },
      expected: "throw",
    },
    {
      rule: "a closed connection, GET",
      request: GET,
      error: failed("ERR_TRANSPORT_RESET"),
      expected: "reconnect",
    },
    {
      rule: "a closed connection, apply",
      request: APPLY,
      error: failed("ERR_TRANSPORT_RESET"),
      expected: "reconnect",
    },
    ...[POST, DELETE, PUT, MERGE].map((request) => ({
      rule: `a closed connection, ${request.contentType ?? request.method}`,
      request,
      error: failed("ERR_TRANSPORT_RESET"),
      expected: "throw" as const,
    })),
    {
      rule: "a second closed connection",
      request: GET,
      error: failed("ERR_TRANSPORT_RESET"),
      history: { hasReconnected: true },
      expected: "throw",
    },
    {
      rule: "a refused connection",
      request: GET,
      error: failed("ERR_TRANSPORT_REFUSED"),
      expected: "throw",
    },
    {
      rule: "a timeout",
      request: GET,
      error: failed("ERR_TRANSPORT_TIMEOUT"),
      expected: "throw",
    },
    {
      rule: "a failed handshake, before anything is sent",
      request: POST,
      error: failed("ERR_TRANSPORT_TLS", false),
      expected: "reread",
    },
    {
      rule: "a TLS failure after a POST was sent",
      request: POST,
      error: failed("ERR_TRANSPORT_TLS"),
      expected: "throw",
    },
    {
      rule: "a second failed handshake",
      request: GET,
      error: failed("ERR_TRANSPORT_TLS", false),
      history: { hasReread: true },
      expected: "throw",
    },
    { rule: "404", request: GET, error: answered(404), expected: "throw" },
    { rule: "an error of ours", request: GET, error: new TypeError("bug"), expected: "throw" },
  ];
  for (const { rule, request, error, history, expected } of rows) {
    it(`${rule}: ${expected}`, () => {
      assert.equal(decideRetry(request, error, { ...NO_RETRIES, ...history }).do, expected);
    });
  }

  it("remembers what was done", () => {
    const wait = decideRetry(GET, answered(429, 500), NO_RETRIES);
    assert.deepEqual(wait, {
      do: "wait",
      delayMs: 500,
      history: { ...NO_RETRIES, waits: 1, waitedMs: 500 },
    });
  });
});
