import type { Dispatcher } from "undici";
import { ownFailure } from "./call-failure.ts";

/** One sending of a call. */
export interface Sending {
  readonly url: URL;
  readonly method: Dispatcher.HttpMethod;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  readonly signal: AbortSignal;
}

/** The limits of one sending. */
export interface Limits {
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  readonly maxAnswerBytes: number;
}

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

/**
 * Sends a call and reads its answer to the end. Of an answer that is an error, what is too large or in
 * a code is left out: its status says enough.
 *
 * @throws what Node and undici throw, the signal's reason, and `ERR_CA_ANSWER` for an answer that is
 * too large or encoded
 */
export async function exchange(
  dispatcher: Dispatcher,
  sending: Sending,
  limits: Limits,
): Promise<RawAnswer> {
  const { url, method, headers, body, signal } = sending;
  const answering = dispatcher.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method,
    headers: { ...headers, "accept-encoding": "identity" },
    headersTimeout: limits.headersTimeoutMs,
    bodyTimeout: limits.bodyTimeoutMs,
    signal,
    ...(body === undefined ? {} : { body }),
  });
  // undici notices an abort only once a connection is there: a caller is not kept waiting for it.
  const {
    statusCode: status,
    headers: raw,
    body: answered,
  } = await unlessAborted(answering, signal);
  const kept = firstValues(raw);
  try {
    return { status, headers: kept, bytes: await read(answered, kept, limits.maxAnswerBytes) };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (status < 300) throw error;
    return { status, headers: kept, bytes: new Uint8Array() };
  }
}

async function read(
  body: Dispatcher.ResponseData["body"],
  headers: Readonly<Record<string, string>>,
  maxBytes: number,
): Promise<Uint8Array> {
  // Ends the connection where the body is not read to its end.
  using _ = { [Symbol.dispose]: () => void body.on("error", () => {}).destroy() };
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") {
    throw ownFailure("ERR_CA_ANSWER", `it is encoded as ${encoding}, which was not asked for`);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += (chunk as Uint8Array).length;
    if (size > maxBytes) {
      throw ownFailure("ERR_CA_ANSWER", `it has more than ${maxBytes} bytes`);
    }
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([promise, aborted]);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function firstValues(headers: Dispatcher.ResponseData["headers"]): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]) => {
    const first = Array.isArray(value) ? value[0] : value;
    return first === undefined ? [] : [[name, first] as const];
  });
  return Object.fromEntries(entries);
}
