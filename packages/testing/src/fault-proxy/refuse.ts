import type { ServerResponse } from "node:http";
import type { Fault } from "./fault-rules.ts";

/** metav1.StatusReason of the refusals that a test may want. */
const REASONS: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
  410: "Expired",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

/** Answers as the API server refuses: with a metav1.Status. */
export function refuse(response: ServerResponse, fault: Extract<Fault, { do: "answer" }>): void {
  const { status, message = "the fault proxy was told to answer so", retryAfterSeconds } = fault;
  const body = JSON.stringify({
    apiVersion: "v1",
    kind: "Status",
    metadata: {},
    status: "Failure",
    message,
    reason: REASONS[status] ?? "",
    code: status,
    ...(retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds } }),
  });
  response.writeHead(status, {
    "content-type": "application/json",
    ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
  });
  response.end(body);
}
