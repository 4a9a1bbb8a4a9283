/**
 * What an unanswered call failed of.
 *
 * - `REFUSED`: no connection could be opened: refused, unreachable, unknown host.
 * - `RESET`: the connection closed before the answer was complete.
 * - `TIMEOUT`: connecting, the answer, or the next part of it took too long.
 * - `TLS`: the server's certificate, or the handshake.
 * - `PROXY`: the proxy did not open a tunnel.
 * - `ANSWER`: what came is no answer of an API server: too large, or not JSON.
 * - `CLOSED`: the transport was closed.
 */
export type TransportErrorCode =
  | "ERR_TRANSPORT_REFUSED"
  | "ERR_TRANSPORT_RESET"
  | "ERR_TRANSPORT_TIMEOUT"
  | "ERR_TRANSPORT_TLS"
  | "ERR_TRANSPORT_PROXY"
  | "ERR_TRANSPORT_ANSWER"
  | "ERR_TRANSPORT_CLOSED";

/** A call without an answer. Match it with {@link isTransportError}. */
export class TransportError extends Error {
  override readonly name = "TransportError";
  readonly code: TransportErrorCode;
  /** Whether the request may have reached the server, and have had its effect. */
  readonly maybeSent: boolean;

  constructor(
    code: TransportErrorCode,
    message: string,
    options: { maybeSent: boolean; cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.maybeSent = options.maybeSent;
  }
}

/** Tells whether a caught value is a {@link TransportError}, of one code if given, from any copy of this package. */
export function isTransportError(
  error: unknown,
  code?: TransportErrorCode,
): error is TransportError {
  return (
    error instanceof Error &&
    error.name === "TransportError" &&
    "code" in error &&
    (code === undefined || error.code === code)
  );
}
