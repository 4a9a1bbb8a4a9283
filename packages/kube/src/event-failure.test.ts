import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ApiError, type ApiErrorInit } from "./api-error.ts";
import { CredentialsError } from "./credentials-error.ts";
import { decideEventFailure, type EventFailure, type FailedWrite } from "./event-failure.ts";
import { TransportError, type TransportErrorCode } from "./transport-error.ts";

function answered(status: number, init: Partial<ApiErrorInit> = {}): ApiError {
  return new ApiError({ method: "POST", path: "/e" }, { status, said: "no", ...init });
}

function failed(code: TransportErrorCode): TransportError {
  return new TransportError(code, "failed", { maybeSent: true });
}

const RETRY: EventFailure = { do: "retry", notBeforeMs: 0 };
const REFUSED: EventFailure = { do: "drop", cause: "refused" };
const UNANSWERED: EventFailure = { do: "drop", cause: "unanswered" };
const TERMINATING = { causes: [{ reason: "NamespaceTerminating", field: "metadata.namespace" }] };

describe("decideEventFailure()", () => {
  const rows: {
    rule: string;
    error: unknown;
    write?: Partial<FailedWrite>;
    expected: EventFailure;
  }[] = [
    { rule: "connection reset", error: failed("ERR_TRANSPORT_RESET"), expected: RETRY },
    { rule: "connection refused", error: failed("ERR_TRANSPORT_REFUSED"), expected: RETRY },
    { rule: "timeout", error: failed("ERR_TRANSPORT_TIMEOUT"), expected: RETRY },
    { rule: "transport closed", error: failed("ERR_TRANSPORT_CLOSED"), expected: UNANSWERED },
    { rule: "untrusted server", error: failed("ERR_TRANSPORT_TLS"), expected: UNANSWERED },
    {
      rule: "no credential now",
      error: new CredentialsError("ERR_CREDENTIALS_TOKEN_FILE", "no"),
      expected: RETRY,
    },
    ...[401, 409, 429, 500, 502, 503, 504].map((status) => ({
      rule: `${status}`,
      error: answered(status),
      expected: RETRY,
    })),
    {
      rule: "Retry-After",
      error: answered(429, { retryAfterMs: 5_000 }),
      expected: { do: "retry", notBeforeMs: 5_000 },
    },
    {
      rule: "Retry-After of an hour",
      error: answered(429, { retryAfterMs: 3_600_000 }),
      expected: { do: "retry", notBeforeMs: 60_000 },
    },
    {
      rule: "the third try",
      error: answered(500),
      write: { tries: 3 },
      expected: RETRY,
    },
    { rule: "the last try", error: answered(500), write: { tries: 4 }, expected: UNANSWERED },
    {
      rule: "the Event to patch is gone",
      error: answered(404),
      write: { verb: "patch" },
      expected: { do: "createAgain" },
    },
    {
      rule: "the Event to patch is gone, at the last try",
      error: answered(404),
      write: { verb: "patch", tries: 4 },
      expected: UNANSWERED,
    },
    { rule: "no such namespace", error: answered(404), expected: { do: "ignore" } },
    {
      rule: "namespace terminating",
      error: answered(403, { details: TERMINATING }),
      expected: { do: "ignore" },
    },
    { rule: "403", error: answered(403), expected: { do: "drop", cause: "forbidden" } },
    {
      rule: "created before",
      error: answered(409, { reason: "AlreadyExists" }),
      expected: { do: "takeAsCreated" },
    },
    { rule: "422", error: answered(422), expected: REFUSED },
    { rule: "400", error: answered(400), expected: REFUSED },
    { rule: "413", error: answered(413), expected: REFUSED },
    { rule: "an error of ours", error: new TypeError("bug"), expected: REFUSED },
  ];
  for (const { rule, error, write, expected } of rows) {
    it(`${rule}: ${expected.do}${"cause" in expected ? ` as ${expected.cause}` : ""}`, () => {
      assert.deepEqual(decideEventFailure(error, { verb: "create", tries: 1, ...write }), expected);
    });
  }
});
