import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { type BindAddress, formatBindAddress } from "./bind-address.ts";
import { errorCodeOf } from "./error-code.ts";
import type { Logger } from "./logger.ts";
import type { Runnable } from "./runnable.ts";

/** Settings of a {@link HttpServer}. */
export interface HttpServerOptions {
  /** In logs and errors: "health probes". */
  readonly name: string;
  readonly address: BindAddress;
  readonly onRequest: RequestListener;
  readonly logger: Logger;
}

/** A plain HTTP server for what a program says of itself. */
export class HttpServer implements Runnable {
  readonly #options: HttpServerOptions;
  readonly #started = Promise.withResolvers<BindAddress>();

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#started.promise.catch(() => {}); // run() rejects with the same
  }

  get name(): string {
    return `server of ${this.#options.name}`;
  }

  /** Settles with the address that it listens on; its port is the one that was free. */
  get started(): Promise<BindAddress> {
    return this.#started.promise;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { name, address, onRequest, logger } = this.#options;
    const server = createServer(onRequest);
    try {
      server.listen(address);
      await once(server, "listening");
    } catch (error) {
      const where = formatBindAddress(address);
      const problem = new Error(`Cannot listen on ${where} for ${name}: ${errorCodeOf(error)}`, {
        cause: error,
      });
      this.#started.reject(problem);
      throw problem;
    }
    const bound = server.address();
    const port = typeof bound === "object" && bound !== null ? bound.port : address.port;
    const listening = { ...address, port };
    logger.info({ address: formatBindAddress(listening) }, `Serving ${name}`);
    this.#started.resolve(listening);
    const closed = once(server, "close");
    const close = (): void => {
      server.close();
      server.closeAllConnections();
    };
    signal.addEventListener("abort", close, { once: true });
    if (signal.aborted) close();
    await closed;
  }
}
