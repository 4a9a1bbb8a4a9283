/** A proxy before the API server, on which its calls go wrong as a test says. */
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { ControlPlane } from "../control-plane/control-plane.ts";
import {
  type ActiveRule,
  type Fault,
  type FaultRule,
  FaultRules,
  type ProxiedCall,
} from "./fault-rules.ts";
import { endToEnd, forward, type Upstream } from "./forward.ts";
import { refuse } from "./refuse.ts";

/** A running proxy. */
export interface FaultProxy extends AsyncDisposable {
  /** What to reach instead of the control plane, whose authority its certificate is of. */
  readonly url: string;
  /** Every call so far, whatever became of it; those of a watch when they began. */
  readonly calls: readonly ProxiedCall[];
  /** Puts a rule in force. Of several, the one added first decides. */
  addRule(rule: FaultRule): ActiveRule;
  /** Takes all rules out of force. */
  clearRules(): void;
  /** Ends every connection of now, watches among them, as an outage of the network does. */
  cutConnections(): void;
}

/**
 * Starts a proxy before a control plane's API server, for a program to be tested with the faults of
 * a real one: refused writes, lost answers, slow calls.
 *
 * Expected flow: start it; run the program with its `url`, which `installController()` takes; add
 * rules before, and remove them while the program runs.
 *
 * Guarantees: what no rule is about passes as it is, also a watch, whose events are not kept back.
 * It listens on 127.0.0.1 alone. Credentials are passed on and never recorded.
 *
 * Caveats: TLS ends here, so a client certificate does not reach the API server: callers need a
 * token, as service accounts have. HTTP/1.1 alone; no `exec`, `attach` or `port-forward`.
 */
export async function startFaultProxy(
  controlPlane: Pick<ControlPlane, "url" | "caPem" | "issueCertificate">,
): Promise<FaultProxy> {
  const { url, caPem } = controlPlane;
  const { certificatePem, keyPem } = await controlPlane.issueCertificate({
    subject: { commonName: "fault-proxy" },
    usages: ["server auth"],
    ipAddresses: ["127.0.0.1"],
  });
  const upstream: Upstream = { url, agent: new Agent({ ca: caPem, keepAlive: true }) };
  const rules = new FaultRules();
  const calls: ProxiedCall[] = [];

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const body = await text(incoming);
    const { pathname, searchParams } = new URL(incoming.url ?? "/", url);
    const number = calls.length + 1;
    const method = incoming.method ?? "";
    const call = { number, method, path: pathname, query: searchParams, body };
    calls.push(call);
    const exchange = { upstream, incoming, response, body, gone: gone.signal };
    await meet(rules.decide(call), exchange);
  }

  const server = createServer({ cert: certificatePem, key: keyPem }, (incoming, response) => {
    // A caller or a server that is gone is told by the connection, which is all a proxy can do.
    serve(incoming, response).catch(() => void incoming.socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    calls,
    addRule: (rule) => rules.add(rule),
    clearRules: () => rules.clear(),
    cutConnections: () => server.closeAllConnections(),
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      upstream.agent.destroy();
      await once(server, "close");
    },
  };
}

/** A call and its two ends. */
interface Exchange {
  readonly upstream: Upstream;
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: string;
  /** Aborts when the caller is gone, or has its answer. */
  readonly gone: AbortSignal;
}

/** Does to a call what the fault says. */
async function meet(fault: Fault | undefined, exchange: Exchange): Promise<void> {
  const { incoming, response, gone } = exchange;
  switch (fault?.do) {
    case "answer":
      refuse(response, fault);
      return;
    case "cutBefore":
      incoming.socket.destroy();
      return;
    case "cutAfter":
      await text(await passOn(exchange));
      incoming.socket.destroy();
      return;
    case "delay":
      await sleep(fault.delayMs, undefined, { signal: gone });
      break;
    case "hold":
      await fault.until;
      gone.throwIfAborted();
      break;
    case undefined:
      break;
  }
  const answer = await passOn(exchange);
  response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
  // A watch may have nothing to say for minutes.
  response.flushHeaders();
  await pipeline(answer, response);
}

/** Passes a call on, and gives it up when its caller does. */
function passOn({ upstream, incoming, body, gone }: Exchange): Promise<IncomingMessage> {
  return forward(upstream, { incoming, body, signal: gone });
}
