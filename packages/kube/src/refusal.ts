import { ApiError, type ApiErrorDetails } from "./api-error.ts";
import type { ApiRequest } from "./transport.ts";

/** An answer that is no success, as it came. */
export interface RefusedAnswer {
  readonly status: number;
  readonly body: string;
  /** The header, when there is one. */
  readonly retryAfter?: string | undefined;
  /** For a `Retry-After` that is a date. */
  readonly nowMs: number;
}

/** Text that is no Status is a proxy's page: this much of it tells which. */
const LONGEST_FOREIGN_TEXT = 200;

/** Reads a refusal: a metav1.Status of the API server, or whatever something on the way said. */
export function readRefusal(
  request: Pick<ApiRequest, "method" | "path">,
  answer: RefusedAnswer,
): ApiError {
  const { status, body } = answer;
  const parsed = parseStatus(body);
  return new ApiError(request, {
    status,
    reason: parsed?.reason ?? "",
    said: parsed?.message ?? abbreviate(body),
    details: parsed?.details,
    retryAfterMs: retryAfterMs(answer, parsed?.details),
  });
}

interface Status {
  readonly kind: "Status";
  readonly reason?: string;
  readonly message?: string;
  readonly details?: ApiErrorDetails;
}

function parseStatus(body: string): Status | undefined {
  try {
    const parsed = JSON.parse(body) as Partial<Status> | null;
    return parsed?.kind === "Status" ? (parsed as Status) : undefined;
  } catch {
    return undefined;
  }
}

function abbreviate(body: string): string {
  const text = body.replaceAll(/\s+/g, " ").trim();
  if (text === "") return "no message";
  return text.length <= LONGEST_FOREIGN_TEXT ? text : `${text.slice(0, LONGEST_FOREIGN_TEXT)}…`;
}

/** RFC 9110 §10.2.3: seconds or a date. The API server says it in the body as well. */
function retryAfterMs(
  answer: RefusedAnswer,
  details: ApiErrorDetails | undefined,
): number | undefined {
  const { retryAfter, nowMs } = answer;
  if (retryAfter === undefined) {
    const seconds = details?.retryAfterSeconds;
    return seconds === undefined || seconds <= 0 ? undefined : seconds * 1000;
  }
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const dateMs = Date.parse(retryAfter);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}
