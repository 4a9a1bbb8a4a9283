import type { IncomingMessage, ServerResponse } from "node:http";
import type { BindAddress } from "./bind-address.ts";
import { answerProbe, type HealthCheck } from "./health-check.ts";
import { HttpServer } from "./http-server.ts";
import type { Logger } from "./logger.ts";

/** Settings of a health server. */
export interface HealthServerOptions {
  readonly address: BindAddress;
  /** What `/healthz` asks: whether this process should be started again. */
  readonly healthz: readonly HealthCheck[];
  /** What `/readyz` asks: whether this process does, or could do, its work. */
  readonly readyz: readonly HealthCheck[];
  readonly logger: Logger;
}

/** Creates the server of `/healthz` and `/readyz`, as controller-runtime's manager has it. */
export function createHealthServer(options: HealthServerOptions): HttpServer {
  const { address, logger, healthz, readyz } = options;
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { allow: "GET, HEAD" }).end();
      return;
    }
    const { status, body } = answerProbe(request.url ?? "/", { healthz, readyz });
    if (status === 500) logger.debug({ path: request.url, answer: body }, "A health check fails");
    const headers = { "content-type": "text/plain; charset=utf-8" };
    response.writeHead(status, { ...headers, "x-content-type-options": "nosniff" }).end(body);
  };
  return new HttpServer({ name: "health probes", address, onRequest, logger });
}
