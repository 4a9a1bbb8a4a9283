import { isApiError } from "./api-error.ts";
import type { ApiRequest } from "./transport.ts";
import { isTransportError } from "./transport-error.ts";

/** What to do about a failed try of a call; with what to remember of it. */
export type Retry =
  | { readonly do: "throw" }
  | { readonly do: "wait"; readonly delayMs: number; readonly history: RetryHistory }
  /** Get a fresh credential; only when there is one, try again. */
  | { readonly do: "refresh"; readonly history: RetryHistory }
  | { readonly do: "reconnect"; readonly history: RetryHistory }
  /** Read the TLS files again; only when they have changed, try again. */
  | { readonly do: "reread"; readonly history: RetryHistory };

/** What a call has been through so far, this failure not counted. */
export interface RetryHistory {
  /** How often the server asked to wait, and for how long altogether. */
  readonly waits: number;
  readonly waitedMs: number;
  readonly hasRefreshed: boolean;
  readonly hasReconnected: boolean;
  readonly hasReread: boolean;
}

/** The history of a first try. */
export const NO_RETRIES: RetryHistory = {
  waits: 0,
  waitedMs: 0,
  hasRefreshed: false,
  hasReconnected: false,
  hasReread: false,
};

const MOST_WAITS = 2;
const LONGEST_WAIT_MS = 30_000;

/** The content type of a server-side apply, which comes to the same however often it is sent. */
export const APPLY_PATCH = "application/apply-patch+yaml";

/**
 * The answers that ask for patience. A 429 is given before anything is done, so every call may
 * be sent again; a 503 may be a gateway's that had already passed the call on.
 */
const ASKS_TO_WAIT: Readonly<Record<number, "every call" | "repeatable calls">> = {
  429: "every call",
  503: "repeatable calls",
};

/**
 * Decides what follows a failed try: at most three tries for waiting, 30 s of waiting in all, and
 * never without a `Retry-After`, since a caller's own backoff knows better how urgent it is.
 */
export function decideRetry(request: ApiRequest, error: unknown, history: RetryHistory): Retry {
  if (isTransportError(error, "ERR_TRANSPORT_RESET")) {
    if (!isRepeatable(request) || history.hasReconnected) return { do: "throw" };
    return { do: "reconnect", history: { ...history, hasReconnected: true } };
  }
  if (isTransportError(error, "ERR_TRANSPORT_TLS")) {
    if (history.hasReread || (error.maybeSent && !isRepeatable(request))) return { do: "throw" };
    return { do: "reread", history: { ...history, hasReread: true } };
  }
  if (!isApiError(error)) return { do: "throw" };
  if (error.code === "Unauthorized") {
    if (history.hasRefreshed) return { do: "throw" };
    return { do: "refresh", history: { ...history, hasRefreshed: true } };
  }
  const asked = ASKS_TO_WAIT[error.status];
  const delayMs = error.retryAfterMs;
  if (asked === undefined || delayMs === undefined) return { do: "throw" };
  if (asked === "repeatable calls" && !isRepeatable(request)) return { do: "throw" };
  const waits = history.waits + 1;
  const waitedMs = history.waitedMs + delayMs;
  if (waits > MOST_WAITS || waitedMs > LONGEST_WAIT_MS) return { do: "throw" };
  return { do: "wait", delayMs, history: { ...history, waits, waitedMs } };
}

/** Whether a second sending has no effect beyond the first. */
function isRepeatable(request: ApiRequest): boolean {
  return (
    request.method === "GET" || (request.method === "PATCH" && request.contentType === APPLY_PATCH)
  );
}
