import { type ApiError, isApiError } from "./api-error.ts";
import { CredentialsError } from "./credentials-error.ts";
import { isTransportError, type TransportErrorCode } from "./transport-error.ts";

/** What follows a failed write of an Event. */
export type EventFailure =
  | { readonly do: "retry"; readonly notBeforeMs: number }
  /** The Event to patch is gone: they live an hour. */
  | { readonly do: "createAgain" }
  /** An earlier try arrived after all. */
  | { readonly do: "takeAsCreated" }
  /** Its namespace goes, and all in it. */
  | { readonly do: "ignore" }
  | { readonly do: "drop"; readonly cause: "forbidden" | "refused" | "unanswered" };

/** A write that failed. */
export interface FailedWrite {
  readonly verb: "create" | "patch";
  /** This one counted. */
  readonly tries: number;
}

const MOST_TRIES = 4;

/** No answer asks a queue of Events to wait longer. */
const LONGEST_WAIT_MS = 60_000;

/** What will not be different the next time. */
const LASTING: ReadonlySet<TransportErrorCode> = new Set([
  "ERR_TRANSPORT_CLOSED",
  "ERR_TRANSPORT_TLS",
]);

/** Statuses that are about the server's state, or the moment, and not about the Event. */
const PASSING: ReadonlySet<number> = new Set([401, 409, 429, 500, 502, 503, 504]);

/** Decides what follows a failed write: few tries, and none where the answer would be the same. */
export function decideEventFailure(error: unknown, { verb, tries }: FailedWrite): EventFailure {
  const failure = judge(error, verb);
  const isLast = tries >= MOST_TRIES;
  return isLast && LEADS_ON.has(failure.do) ? { do: "drop", cause: "unanswered" } : failure;
}

/** What leads to one more try. */
const LEADS_ON: ReadonlySet<EventFailure["do"]> = new Set([
  "retry",
  "createAgain",
  "takeAsCreated",
]);

function judge(error: unknown, verb: FailedWrite["verb"]): EventFailure {
  if (isTransportError(error)) {
    return LASTING.has(error.code) ? { do: "drop", cause: "unanswered" } : RETRY;
  }
  if (!isApiError(error)) {
    return error instanceof CredentialsError ? RETRY : { do: "drop", cause: "refused" };
  }
  switch (error.code) {
    case "NotFound":
      return { do: verb === "patch" ? "createAgain" : "ignore" };
    case "AlreadyExists":
      return { do: "takeAsCreated" };
    case "Forbidden":
      return isNamespaceGoing(error) ? { do: "ignore" } : { do: "drop", cause: "forbidden" };
    default:
      return PASSING.has(error.status)
        ? { do: "retry", notBeforeMs: Math.min(error.retryAfterMs ?? 0, LONGEST_WAIT_MS) }
        : { do: "drop", cause: "refused" };
  }
}

const RETRY: EventFailure = { do: "retry", notBeforeMs: 0 };

/** The API server refuses what is new in a namespace that is being deleted with a 403. */
function isNamespaceGoing(error: ApiError): boolean {
  const causes = error.details?.causes ?? [];
  return causes.some(({ reason }) => reason === "NamespaceTerminating");
}
