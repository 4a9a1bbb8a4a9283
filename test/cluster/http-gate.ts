import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import type { Connection } from "@countersign/kube";

/** A gateway to an API server, over plain HTTP, that can answer 429 to everything. */
export interface Gate extends AsyncDisposable {
  readonly url: string;
  readonly refused: number;
  /** What is under way is cut. */
  refuse(isRefusing: boolean): void;
}

/**
 * Starts a gateway that speaks to an API server with a connection's client certificate. With
 * `dateOffsetMs` its answers tell another time than the API server's.
 */
export async function startGate(
  connection: Connection,
  { dateOffsetMs = 0 }: { dateOffsetMs?: number } = {},
): Promise<Gate> {
  const { certPem: cert, keyPem: key } = connection.clientCertificate ?? {};
  let isRefusing = false;
  let refused = 0;
  const server = createServer((incoming, answer) => {
    if (isRefusing) {
      refused += 1;
      return refuse(answer);
    }
    const { method, headers } = incoming;
    const url = new URL(incoming.url ?? "/", connection.server);
    const upstream = request(url, { method, headers, cert, key, ca: connection.caPem });
    upstream.on("error", () => answer.destroy());
    answer.on("close", () => upstream.destroy());
    upstream.on("response", (response) => {
      response.on("error", () => answer.destroy());
      const date = new Date(Date.parse(response.headers.date ?? "") + dateOffsetMs).toUTCString();
      answer.writeHead(response.statusCode ?? 502, { ...response.headers, date });
      answer.flushHeaders();
      response.pipe(answer);
    });
    incoming.pipe(upstream);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get refused() {
      return refused;
    },
    refuse(refusing) {
      isRefusing = refusing;
      if (refusing) server.closeAllConnections();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function refuse(answer: ServerResponse): void {
  answer.writeHead(429, { "retry-after": "1", "content-type": "application/json" });
  answer.end(JSON.stringify({ kind: "Status", code: 429, reason: "TooManyRequests" }));
}
