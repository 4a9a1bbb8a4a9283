import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { type Agent, request } from "node:https";

/** The API server behind the proxy. */
export interface Upstream {
  readonly url: string;
  /** Trusts the API server, and keeps connections to it. */
  readonly agent: Agent;
}

/** Headers of one connection, which are not passed on. */
const HOP_BY_HOP = ["connection", "keep-alive", "transfer-encoding", "host", "content-length"];

/**
 * Passes a call on and waits until the answer begins.
 *
 * @throws what the connection fails with, and the signal's reason when the caller is gone.
 */
export async function forward(
  upstream: Upstream,
  call: { incoming: IncomingMessage; body: string; signal: AbortSignal },
): Promise<IncomingMessage> {
  const { incoming, body, signal } = call;
  const outgoing = request(new URL(incoming.url ?? "/", upstream.url), {
    agent: upstream.agent,
    method: incoming.method,
    headers: { ...endToEnd(incoming.headers), "content-length": Buffer.byteLength(body) },
    signal,
  });
  const answering = once(outgoing, "response", { signal });
  outgoing.end(body);
  const [answer] = await answering;
  return answer as IncomingMessage;
}

/** The headers that are the caller's or the server's, not the connection's. */
export function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const entries = Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name));
  return Object.fromEntries(entries);
}
