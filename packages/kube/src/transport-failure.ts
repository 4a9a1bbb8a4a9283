import { errorCodeOf } from "./error-code.ts";
import { TransportError, type TransportErrorCode } from "./transport-error.ts";

/** Which call failed, and where it was going. */
export interface FailedCall {
  readonly method: string;
  readonly path: string;
  /** The server, and the proxy on the way to it, without passwords. */
  readonly via: string;
  /** Whether a connection had been given the request to write. */
  readonly isSent: boolean;
}

/** The error codes of Node and undici, and what each says of the call. TLS has too many: see below. */
const FAILURES: Readonly<Record<string, readonly [TransportErrorCode, string]>> = {
  ECONNREFUSED: ["ERR_TRANSPORT_REFUSED", "connection refused"],
  EHOSTUNREACH: ["ERR_TRANSPORT_REFUSED", "no route to the host"],
  ENETUNREACH: ["ERR_TRANSPORT_REFUSED", "network is unreachable"],
  EADDRNOTAVAIL: ["ERR_TRANSPORT_REFUSED", "no local address to connect from"],
  EAI_AGAIN: ["ERR_TRANSPORT_REFUSED", "the host name cannot be looked up now"],
  ENOTFOUND: ["ERR_TRANSPORT_REFUSED", "unknown host name"],
  ECONNRESET: ["ERR_TRANSPORT_RESET", "the connection was reset"],
  EPIPE: ["ERR_TRANSPORT_RESET", "the connection was closed"],
  UND_ERR_SOCKET: ["ERR_TRANSPORT_RESET", "the connection was closed"],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ["ERR_TRANSPORT_RESET", "the answer was cut short"],
  ETIMEDOUT: ["ERR_TRANSPORT_TIMEOUT", "the connection timed out"],
  UND_ERR_CONNECT_TIMEOUT: ["ERR_TRANSPORT_TIMEOUT", "connecting took too long"],
  UND_ERR_HEADERS_TIMEOUT: ["ERR_TRANSPORT_TIMEOUT", "no answer in time"],
  UND_ERR_BODY_TIMEOUT: ["ERR_TRANSPORT_TIMEOUT", "the answer stopped arriving"],
  UND_ERR_PRX_TLS: ["ERR_TRANSPORT_PROXY", "the proxy's certificate is not for its name"],
  UND_ERR_PRX_CONN: ["ERR_TRANSPORT_PROXY", "the proxy closed the connection"],
  UND_ERR_ABORTED: ["ERR_TRANSPORT_PROXY", "the proxy refused the tunnel"],
  UND_ERR_RES_EXCEEDED_MAX_SIZE: ["ERR_TRANSPORT_ANSWER", "the answer is too large"],
  UND_ERR_CLOSED: ["ERR_TRANSPORT_CLOSED", "the transport is closed"],
  UND_ERR_DESTROYED: ["ERR_TRANSPORT_CLOSED", "the transport was closed"],
};

/** OpenSSL's verification results come as codes of their own: `DEPTH_ZERO_SELF_SIGNED_CERT`. */
const TLS_CODE = /^(ERR_TLS_|ERR_SSL_|ERR_OSSL|EPROTO$|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|.*CERT)/;

/** The parser's codes, for what is no HTTP. */
const PARSER_CODE = /^HPE_/;

/** Says of a call that got no answer what it failed of, in our own codes. */
export function describeFailure(call: FailedCall, cause: unknown): TransportError {
  const nodeCode = errorCodeOf(cause);
  const [code, problem] = classify(nodeCode, call.isSent);
  const detail = QUOTED.has(code) && cause instanceof Error ? `: ${cause.message}` : "";
  return new TransportError(
    code,
    `Cannot ${call.method} ${call.path} at ${call.via}: ${problem} (${nodeCode})${detail}`,
    { maybeSent: call.isSent, cause },
  );
}

/** Where the cause's own words help: which certificate problem, which status of the proxy. */
const QUOTED: ReadonlySet<TransportErrorCode> = new Set([
  "ERR_TRANSPORT_TLS",
  "ERR_TRANSPORT_PROXY",
]);

function classify(nodeCode: string, isSent: boolean): readonly [TransportErrorCode, string] {
  const known = FAILURES[nodeCode];
  if (known !== undefined) return known;
  if (TLS_CODE.test(nodeCode)) return ["ERR_TRANSPORT_TLS", "no trusted TLS connection"];
  if (PARSER_CODE.test(nodeCode)) return ["ERR_TRANSPORT_ANSWER", "the answer is not HTTP"];
  return isSent
    ? ["ERR_TRANSPORT_RESET", "the connection failed"]
    : ["ERR_TRANSPORT_REFUSED", "no connection"];
}
