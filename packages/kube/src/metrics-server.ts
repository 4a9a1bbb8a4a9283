import type { IncomingMessage, ServerResponse } from "node:http";
import type { BindAddress } from "./bind-address.ts";
import { HttpServer } from "./http-server.ts";
import type { Logger } from "./logger.ts";
import type { MetricsRegistry } from "./metrics.ts";

/** Settings of a metrics server. */
export interface MetricsServerOptions {
  readonly address: BindAddress;
  readonly metrics: Pick<MetricsRegistry, "contentType" | "expose">;
  readonly logger: Logger;
}

/**
 * Creates the server of `/metrics`, over plain HTTP and for everybody who reaches it: metrics hold
 * names of hosts and controllers, and no secret.
 */
export function createMetricsServer(options: MetricsServerOptions): HttpServer {
  const { address, logger } = options;
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    // It answers for its own failures.
    void answer(options, request, response);
  };
  return new HttpServer({ name: "metrics", address, onRequest, logger });
}

async function answer(
  { metrics, logger }: MetricsServerOptions,
  { method, url = "/" }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (new URL(url, "http://localhost").pathname !== "/metrics") {
    response.writeHead(404).end();
    return;
  }
  if (method !== "GET" && method !== "HEAD") {
    response.writeHead(405, { allow: "GET, HEAD" }).end();
    return;
  }
  try {
    const text = await metrics.expose();
    response.writeHead(200, { "content-type": metrics.contentType }).end(text);
  } catch (err) {
    logger.error({ err }, "Metrics cannot be read");
    response.writeHead(500).end();
  }
}
