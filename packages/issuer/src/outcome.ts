/** Any value that JSON can hold. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/** What `sign()` returns when the CA has issued. */
export interface Issued {
  /** PEM: the certificate, then its chain in any order; the root may be among it. */
  readonly certificate: string;
  /** PEM: what should verify the chain. Without it the topmost certificate of the chain is taken. */
  readonly ca?: string;
}

/** What `sign()` returns while the CA works on an order. */
export interface Pending {
  readonly pending: true;
  readonly retryAfterMs: number;
  readonly order?: Json;
  readonly message?: string;
}

/** How an author's call ended. The default for anything thrown is `transient`: it is tried again. */
export type Outcome = ({ readonly type: "issued" } & Issued) | NotIssued;

/** The outcomes without a certificate. */
export type NotIssued =
  | AttemptOutcome
  | { readonly type: "issuerAtFault"; readonly message: string }
  /** We ended the call: the request is gone, or this program ends. It says nothing of the CA. */
  | { readonly type: "aborted" };

/** The outcomes that are the request's own, and count as an attempt. */
export type AttemptOutcome =
  | PendingOutcome
  | TransientOutcome
  | { readonly type: "permanent"; readonly message: string };

export type PendingOutcome = { readonly type: "pending" } & Omit<Pending, "pending">;

export interface TransientOutcome {
  readonly type: "transient";
  readonly message: string;
  readonly retryAfterMs?: number;
}

const PENDING_POLL_MS = 10_000;

/**
 * Says that the CA has taken the order and has not issued yet: `sign()` is called again after
 * `retryAfterMs` with the same `order`, also after a restart. There is no deadline.
 *
 * `order` is small JSON, 2 KiB at most, without secrets: whoever may view the request can read it.
 */
export function pending(
  options: { retryAfterMs?: number; order?: Json; message?: string } = {},
): Pending {
  return { pending: true, retryAfterMs: PENDING_POLL_MS, ...options };
}

/**
 * Thrown when this request can never be issued, whatever happens to the CA or the issuer. The
 * request is marked Failed, and cert-manager waits an hour or more before it asks again.
 */
export class PermanentError extends Error {
  override readonly name = "PermanentError";
  readonly code = "ERR_COUNTERSIGN_PERMANENT" as const;
}

/**
 * Thrown when the issuer cannot be used: bad credentials, a missing Secret, a wrong URL. The issuer
 * is marked not Ready and checked again; its requests wait for it.
 */
export class IssuerError extends Error {
  override readonly name = "IssuerError";
  readonly code = "ERR_COUNTERSIGN_ISSUER" as const;
}

/** The longest `order`: it is stored in a condition, together with the attempt's own state. */
const LONGEST_ORDER_BYTES = 2_048;

/**
 * Tells an outcome from what `sign()` returned. An `order` that is too long to be kept ends the
 * request: to try again would place another order each time.
 */
export function outcomeOfResult(result: Issued | Pending): Outcome {
  if (!("pending" in result)) return { type: "issued", ...result };
  const { pending: _, ...rest } = result;
  const bytes = Buffer.byteLength(JSON.stringify(rest.order ?? null));
  if (bytes <= LONGEST_ORDER_BYTES) return { type: "pending", ...rest };
  const message = `sign() returned pending() with an order of ${bytes} bytes, which must have at most ${LONGEST_ORDER_BYTES}: tell the author of the issuer`;
  return { type: "permanent", message };
}

/**
 * Tells an outcome from what an author's function threw. Errors are told apart by `code`: the
 * author may have another copy of this package installed.
 */
export function outcomeOfError(error: unknown): Outcome {
  const message = messageOf(error);
  const { code, retryAfterMs } = (error ?? {}) as { code?: unknown; retryAfterMs?: unknown };
  if (code === "ERR_COUNTERSIGN_PERMANENT") return { type: "permanent", message };
  if (code === "ERR_COUNTERSIGN_ISSUER") return { type: "issuerAtFault", message };
  return typeof retryAfterMs === "number" && retryAfterMs >= 0
    ? { type: "transient", message, retryAfterMs }
    : { type: "transient", message };
}

/** The message of whatever was thrown, with those of its causes that it does not repeat. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.message === "" ? error.name : error.message;
  if (error.cause === undefined) return own;
  const cause = messageOf(error.cause);
  return own.includes(cause) ? own : `${own}: ${cause}`;
}
