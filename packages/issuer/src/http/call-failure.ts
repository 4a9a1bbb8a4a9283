import { IssuerError } from "../outcome.ts";
import { CaError } from "./ca-error.ts";

/** A kind of failure: what it says, whose fault it is, and whether the call was under way. */
interface Failure {
  readonly what: string;
  readonly reaction: "transient" | "issuerAtFault";
  readonly mayHaveArrived: boolean;
  /** Whether the error's own words go with it. */
  readonly isQuoted?: boolean;
}

const unreachable = (what: string): Failure => ({
  what,
  reaction: "transient",
  mayHaveArrived: false,
});
const lost = (what: string): Failure => ({ what, reaction: "transient", mayHaveArrived: true });
const wrong = (what: string): Failure => ({
  what,
  reaction: "issuerAtFault",
  mayHaveArrived: false,
  isQuoted: true,
});

/** The error codes of Node, undici and this client. TLS has too many: see below. */
const FAILURES: Readonly<Record<string, Failure>> = {
  ECONNREFUSED: unreachable("the connection was refused"),
  EHOSTUNREACH: unreachable("there is no route to the host"),
  ENETUNREACH: unreachable("the network cannot be reached"),
  EADDRNOTAVAIL: unreachable("there is no local address to connect from"),
  EAI_AGAIN: unreachable("its name cannot be looked up now"),
  ETIMEDOUT: unreachable("connecting took too long"),
  UND_ERR_CONNECT_TIMEOUT: unreachable("connecting took too long"),
  UND_ERR_PRX_CONN: unreachable("the proxy closed the connection"),
  UND_ERR_ABORTED: { ...unreachable("the proxy refused the tunnel"), isQuoted: true },
  ENOTFOUND: { ...wrong("its name does not exist"), isQuoted: false },
  ERR_CA_ADDRESS: wrong("its address is not allowed"),
  UND_ERR_PRX_TLS: wrong("the proxy is not trusted"),
  ECONNRESET: lost("the connection was reset"),
  EPIPE: lost("the connection was closed"),
  UND_ERR_SOCKET: lost("the connection was closed"),
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: lost("the answer was cut short"),
  UND_ERR_HEADERS_TIMEOUT: lost("no answer came in time"),
  UND_ERR_BODY_TIMEOUT: lost("the answer stopped arriving"),
  UND_ERR_HEADERS_OVERFLOW: lost("the answer's headers are too large"),
  ERR_CA_TOTAL_TIMEOUT: lost("the whole answer did not come in time"),
  ERR_CA_ANSWER: { ...lost("the answer cannot be read"), isQuoted: true },
};

const UNTRUSTED = wrong("no trusted TLS connection");
const NO_HTTP = lost("the answer is not HTTP");
const UNKNOWN = lost("the call failed");

/** OpenSSL's verification results come as codes of their own: `DEPTH_ZERO_SELF_SIGNED_CERT`. */
const TLS_CODE = /^(ERR_TLS_|ERR_SSL_|ERR_OSSL|EPROTO$|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|.*CERT)/;

/** The parser's codes; the name of its error, which has not always one. */
const PARSER_CODE = /^(HPE_|HTTPParserError$)/;

/** A failure of this client's own making. */
export function ownFailure(code: "ERR_CA_TOTAL_TIMEOUT" | "ERR_CA_ANSWER", message: string): Error {
  return Object.assign(new Error(message), { code });
}

/**
 * Makes of a call without an answer the error that has the right outcome.
 *
 * @param url as a message may show it
 */
export function errorOfFailure(call: { url: string; method: string }, cause: unknown): Error {
  const code = codeOf(cause);
  const { what, reaction, mayHaveArrived, isQuoted = false } = failureOf(code);
  const quoted = isQuoted ? `: ${wordsOf(cause)}` : ` (${code})`;
  const isUnknown = mayHaveArrived && call.method !== "GET" && call.method !== "HEAD";
  const caution = isUnknown ? ". It may have got the call." : "";
  const start = mayHaveArrived ? "did not answer" : "cannot be reached";
  const message = `The CA at ${call.url} ${start}: ${what}${quoted}${caution}`;
  return reaction === "issuerAtFault"
    ? new IssuerError(message)
    : new CaError(message, { mayHaveArrived, cause });
}

function failureOf(code: string): Failure {
  const known = FAILURES[code];
  if (known !== undefined) return known;
  if (TLS_CODE.test(code)) return UNTRUSTED;
  return PARSER_CODE.test(code) ? NO_HTTP : UNKNOWN;
}

/** The outermost code: a wrapped error's own is the more exact one only where the outer has none. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.cause === undefined ? error.name : codeOf(error.cause);
}

/** Node's advice on verification is for whoever starts Node by hand. */
const NODE_ADVICE = /; if the root CA is installed locally.*$/;

/** OpenSSL's messages name its files; its reason is the part for people. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  const { reason } = error as { reason?: unknown };
  return typeof reason === "string" && reason !== ""
    ? reason
    : error.message.replace(NODE_ADVICE, "");
}
