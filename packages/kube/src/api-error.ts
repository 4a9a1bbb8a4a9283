import type { ApiRequest } from "./transport.ts";

/** Every code an {@link ApiError} can have. `Unknown` is a status that no row of the tables names. */
export type ApiErrorCode =
  | "AlreadyExists"
  | "BadRequest"
  | "Conflict"
  | "Expired"
  | "Forbidden"
  | "InternalError"
  | "Invalid"
  | "MethodNotAllowed"
  | "NotAcceptable"
  | "NotFound"
  | "RequestEntityTooLarge"
  | "ServerTimeout"
  | "ServiceUnavailable"
  | "Timeout"
  | "TooManyRequests"
  | "Unauthorized"
  | "Unknown"
  | "UnsupportedMediaType";

/** metav1.StatusReason. `Gone` is what old servers, and some lists, call `Expired`. */
const CODE_OF_REASON: Readonly<Record<string, ApiErrorCode>> = {
  AlreadyExists: "AlreadyExists",
  BadRequest: "BadRequest",
  Conflict: "Conflict",
  Expired: "Expired",
  Forbidden: "Forbidden",
  Gone: "Expired",
  InternalError: "InternalError",
  Invalid: "Invalid",
  MethodNotAllowed: "MethodNotAllowed",
  NotAcceptable: "NotAcceptable",
  NotFound: "NotFound",
  RequestEntityTooLarge: "RequestEntityTooLarge",
  ServerTimeout: "ServerTimeout",
  ServiceUnavailable: "ServiceUnavailable",
  StoreReadError: "InternalError",
  Timeout: "Timeout",
  TooManyRequests: "TooManyRequests",
  Unauthorized: "Unauthorized",
  UnsupportedMediaType: "UnsupportedMediaType",
};

/** For answers that are no Status: a proxy's, a load balancer's, a path that nothing serves. */
const CODE_OF_STATUS: Readonly<Record<number, ApiErrorCode>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  406: "NotAcceptable",
  409: "Conflict",
  410: "Expired",
  413: "RequestEntityTooLarge",
  415: "UnsupportedMediaType",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  502: "ServiceUnavailable",
  503: "ServiceUnavailable",
  504: "Timeout",
};

/** The parts of metav1.StatusDetails that a caller acts on. */
export interface ApiErrorDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly {
    readonly reason?: string;
    readonly message?: string;
    readonly field?: string;
  }[];
  readonly retryAfterSeconds?: number;
}

/** What an {@link ApiError} is made of. */
export interface ApiErrorInit {
  /** The HTTP status. */
  readonly status: number;
  /** metav1.Status.reason; empty when the answer was no Status. */
  readonly reason?: string;
  /** What the server said. */
  readonly said: string;
  readonly details?: ApiErrorDetails | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** A call that the API server answered with a refusal. Match it with {@link isApiError}. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** What to switch on. */
  readonly code: ApiErrorCode;
  readonly status: number;
  /** metav1.Status.reason as the server sent it; empty when the answer was no Status. */
  readonly reason: string;
  readonly details: ApiErrorDetails | undefined;
  /** How long the server asks to wait before the next try. */
  readonly retryAfterMs: number | undefined;

  constructor(request: Pick<ApiRequest, "method" | "path">, init: ApiErrorInit) {
    const { status, reason = "" } = init;
    const code = CODE_OF_REASON[reason] ?? CODE_OF_STATUS[status] ?? "Unknown";
    super(`Cannot ${request.method} ${request.path}: ${status} ${code}: ${init.said}`);
    this.code = code;
    this.status = status;
    this.reason = reason;
    this.details = init.details;
    this.retryAfterMs = init.retryAfterMs;
  }
}

/** Tells whether a caught value is an {@link ApiError}, of one code if given, from any copy of this package. */
export function isApiError(error: unknown, code?: ApiErrorCode): error is ApiError {
  return (
    error instanceof Error &&
    error.name === "ApiError" &&
    "code" in error &&
    (code === undefined || error.code === code)
  );
}
