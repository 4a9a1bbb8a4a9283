import type { Dispatcher } from "undici";
import { type ApiError, isApiError } from "./api-error.ts";
import type { Connection } from "./connection.ts";
import { type AuthHeaders, type Credentials, createCredentials } from "./credentials.ts";
import { createPool, createSingle } from "./dispatcher.ts";
import { type Answer, exchange, type Sending } from "./exchange.ts";
import { type Metrics, NO_METRICS } from "./metrics.ts";
import { readRefusal } from "./refusal.ts";
import { type CallCode, type RestClientMetrics, restClientMetrics } from "./rest-client-metrics.ts";
import { decideRetry, NO_RETRIES } from "./retry.ts";
import { sleep } from "./sleep.ts";
import { type TlsMaterial, TlsMaterialSource } from "./tls-material.ts";
import type { ApiRequest, Transport } from "./transport.ts";
import { TransportError } from "./transport-error.ts";

/** Settings of {@link createTransport}. */
export interface TransportOptions {
  /** The most connections that are open at a time, those of streams not counted. @default 32 */
  readonly connections?: number;
  /** Named in the API server's audit log. @default "countersign" */
  readonly userAgent?: string;
  /** Where `rest_client_*` are defined. */
  readonly metrics?: Metrics;
  /** @default those that the connection's identity describes */
  readonly credentials?: Credentials;
  /** How long the first byte of an answer may take. @default 30_000 */
  readonly headersTimeoutMs?: number;
  /** How long the next part of a short answer may take. @default 30_000 */
  readonly bodyTimeoutMs?: number;
  /**
   * How long a stream may be silent. A half-open connection never says so; a watch with bookmarks
   * has one a minute. @default 120_000
   */
  readonly streamIdleTimeoutMs?: number;
  /**
   * Connections of short calls are replaced at this age, so that they spread over the API servers
   * behind one address, also over one that was away; streams end by themselves. @default 300_000
   */
  readonly connectionLifeMs?: number;
  /** An answer that is larger fails; a stream is not limited. @default 64 MiB */
  readonly maxResponseBytes?: number;
}

/**
 * Creates the {@link Transport} to a real API server: HTTP/1.1 over a pool of connections that are
 * opened under load and kept for a minute, and one connection for each stream.
 *
 * Guarantees: a POST or DELETE is sent again only after a 401 or 429, which the API server answers
 * before it does anything; never after a 503 or a connection that closed.
 *
 * Caveats: an apply PATCH that is sent again after its connection closed may have landed the first
 * time. If it names a resourceVersion, the second try then fails with `Conflict`: read the object
 * again before drawing conclusions. A stream holds its connection until its iteration ends or its
 * signal aborts, so one that is never iterated needs a signal.
 */
export function createTransport(connection: Connection, options: TransportOptions = {}): Transport {
  return new PoolTransport(connection, options);
}

const DEFAULTS: Required<Omit<TransportOptions, "credentials">> = {
  metrics: NO_METRICS,
  connections: 32,
  userAgent: "countersign",
  headersTimeoutMs: 30_000,
  bodyTimeoutMs: 30_000,
  streamIdleTimeoutMs: 120_000,
  connectionLifeMs: 300_000,
  maxResponseBytes: 64 * 1024 * 1024,
};

/** What a try of a call says about who makes it, and whom it trusts. */
interface Credential {
  readonly headers: AuthHeaders;
  readonly tls: TlsMaterial;
}

class PoolTransport implements Transport {
  readonly #connection: Connection;
  readonly #credentials: Credentials;
  readonly #options: typeof DEFAULTS;
  readonly #origin: string;
  /** The path of the server's URL, for a gateway that serves several clusters. */
  readonly #basePath: string;
  readonly #via: string;
  /** Everything that has connections, for `close()`. */
  readonly #dispatchers = new Set<Dispatcher>();
  readonly #closing = new AbortController();
  readonly #tls: TlsMaterialSource;
  readonly #metrics: RestClientMetrics;
  #pool: { dispatcher: Dispatcher; tls: TlsMaterial } | undefined;

  constructor(connection: Connection, options: TransportOptions) {
    this.#connection = connection;
    this.#credentials = options.credentials ?? createCredentials(connection);
    this.#tls = new TlsMaterialSource(connection);
    this.#options = { ...DEFAULTS, ...options };
    const server = new URL(connection.server);
    this.#metrics = restClientMetrics(this.#options.metrics, server.host);
    this.#origin = server.origin;
    this.#basePath = server.pathname.replace(/\/$/, "");
    this.#via =
      connection.proxyUrl === undefined
        ? server.origin
        : `${server.origin} through proxy ${new URL(connection.proxyUrl).origin}`;
  }

  request(request: ApiRequest): Promise<unknown> {
    return this.#withRetries(request, async ({ headers, tls }) => {
      const answer = await this.#exchange(this.#poolFor(tls), this.#sending(request, headers));
      if (!isSuccess(answer.status)) throw await this.#refusal(request, answer);
      const text = await answer.text();
      this.#metrics.received({ method: request.method, bytes: Buffer.byteLength(text) });
      return this.#parse(request, text);
    });
  }

  stream(request: ApiRequest): Promise<AsyncIterable<Uint8Array>> {
    return this.#withRetries(request, (credential) => this.#open(request, credential));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#dispatchers].map((dispatcher) => dispatcher.destroy()));
  }

  async #withRetries<T>(
    request: ApiRequest,
    attempt: (credential: Credential) => Promise<T>,
  ): Promise<T> {
    const { signal } = request;
    let history = NO_RETRIES;
    for (;;) {
      signal?.throwIfAborted();
      const headers = await this.#credentials.headers(signal);
      const files = await this.#tls.current(signal);
      this.#throwIfClosed(request);
      try {
        return await attempt({ headers, tls: this.#shown(files) });
      } catch (error) {
        const retry = decideRetry(request, error, history);
        if (retry.do === "throw") throw error;
        if (retry.do === "wait") await this.#wait(retry.delayMs, signal);
        if (retry.do === "refresh") {
          const isRenewed = await this.#credentials.refresh(headers, signal);
          if (!isRenewed && !(await this.#tls.refresh(files, signal))) throw error;
        }
        if (retry.do === "reread" && !(await this.#tls.refresh(files, signal))) {
          throw error;
        }
        history = retry.history;
        this.#metrics.retried({ method: request.method, code: codeOf(error) });
      }
    }
  }

  async #open(
    request: ApiRequest,
    { headers, tls }: Credential,
  ): Promise<AsyncIterable<Uint8Array>> {
    const { signal } = request;
    const dispatcher = createSingle(this.#connection, {
      tls,
      headersTimeoutMs: this.#options.headersTimeoutMs,
      bodyTimeoutMs: this.#options.streamIdleTimeoutMs,
    });
    this.#dispatchers.add(dispatcher);
    const release = async () => {
      signal?.removeEventListener("abort", onAbort);
      this.#dispatchers.delete(dispatcher);
      await dispatcher.destroy();
    };
    // Nobody waits for this one: the abort has its own error, and destroying has none.
    const onAbort = () => void release();
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      const answer = await this.#exchange(dispatcher, this.#sending(request, headers));
      if (!isSuccess(answer.status)) throw await this.#refusal(request, answer);
      return releasing(answer.chunks(), release);
    } catch (error) {
      await release();
      throw error;
    }
  }

  /** {@link exchange}, measured: until the answer begins, as client-go does. */
  async #exchange(dispatcher: Dispatcher, sending: Sending): Promise<Answer> {
    const { request, body = "" } = sending;
    const startedAt = performance.now();
    let code: CallCode = "<error>";
    try {
      const answer = await exchange(dispatcher, sending);
      code = answer.status;
      return answer;
    } finally {
      this.#metrics.tried({
        method: request.method,
        code,
        durationMs: performance.now() - startedAt,
        sentBytes: Buffer.byteLength(body),
      });
    }
  }

  #sending(request: ApiRequest, authHeaders: AuthHeaders): Sending {
    const { path, query, accept, contentType, body } = request;
    return {
      request,
      origin: this.#origin,
      target: `${this.#basePath}${path}${queryString(query)}`,
      headers: {
        ...authHeaders,
        accept: accept ?? "application/json",
        "user-agent": this.#options.userAgent,
        ...(body === undefined ? {} : { "content-type": contentType ?? "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      via: this.#via,
    };
  }

  /** A client certificate of the credentials, as a plugin's, goes before the connection's own. */
  #shown(files: TlsMaterial): TlsMaterial {
    const { clientCertificate } = this.#credentials;
    const isOwn = clientCertificate === this.#connection.clientCertificate;
    return isOwn || clientCertificate === undefined ? files : { ...files, clientCertificate };
  }

  /** Other TLS material takes new connections; calls under way end on the old ones. */
  #poolFor(tls: TlsMaterial): Dispatcher {
    if (this.#pool !== undefined && isSameMaterial(this.#pool.tls, tls)) {
      return this.#pool.dispatcher;
    }
    if (this.#pool !== undefined) this.#retire(this.#pool.dispatcher);
    const dispatcher = createPool(this.#connection, { ...this.#options, tls });
    this.#dispatchers.add(dispatcher);
    this.#pool = { dispatcher, tls };
    return dispatcher;
  }

  #retire(dispatcher: Dispatcher): void {
    const forget = () => this.#dispatchers.delete(dispatcher);
    // Ends when the last call on it has; how that call ends is told to its caller.
    void dispatcher.close().then(forget, forget);
  }

  async #refusal(request: ApiRequest, answer: Answer): Promise<ApiError> {
    const body = await answer.text();
    return readRefusal(request, { ...answer, body, nowMs: Date.now() });
  }

  async #wait(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
    const closing = this.#closing.signal;
    await sleep(delayMs, signal === undefined ? closing : AbortSignal.any([signal, closing]));
  }

  #throwIfClosed(request: ApiRequest): void {
    if (!this.#closing.signal.aborted) return;
    throw new TransportError(
      "ERR_TRANSPORT_CLOSED",
      `Cannot ${request.method} ${request.path} at ${this.#via}: the transport is closed`,
      { maybeSent: false },
    );
  }

  /** The parser's own message quotes the text, which may be a secret: it is not passed on. */
  #parse(request: ApiRequest, body: string): unknown {
    if (body === "") return undefined;
    try {
      return JSON.parse(body);
    } catch {
      throw new TransportError(
        "ERR_TRANSPORT_ANSWER",
        `Cannot ${request.method} ${request.path} at ${this.#via}: the answer is not JSON`,
        { maybeSent: true },
      );
    }
  }
}

function codeOf(error: unknown): CallCode {
  return isApiError(error) ? error.status : "<error>";
}

function isSameMaterial(a: TlsMaterial, b: TlsMaterial): boolean {
  return a.caPem === b.caPem && a.clientCertificate === b.clientCertificate;
}

async function* releasing(
  chunks: AsyncIterable<Uint8Array>,
  release: () => Promise<void>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* chunks;
  } finally {
    await release();
  }
}

/** A redirect is a refusal as well: the API server sends none, but a login page's gateway does. */
function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function queryString(query: ApiRequest["query"]): string {
  const given = Object.entries(query ?? {}).filter((pair): pair is [string, string] => {
    return pair[1] !== undefined;
  });
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}
