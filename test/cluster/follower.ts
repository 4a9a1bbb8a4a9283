import {
  type Connection,
  createClient,
  createTransport,
  createWatchSource,
  Informer,
  type Transport,
  type TransportOptions,
} from "@countersign/kube";
import { CONFIG_MAPS, type ConfigMap } from "./config-map-churn.ts";

/** An informer under test, and what it has told its handler. */
export class Follower implements AsyncDisposable {
  readonly informer: Informer<ConfigMap>;
  readonly errors: unknown[] = [];
  /** The calls it made: what was asked for, not what was answered. */
  readonly calls: string[] = [];
  /** Versions by key, from changes alone. */
  readonly told = new Map<string, string | undefined>();
  readonly #transport: Transport;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor(connection: Connection, namespace: string, options: TransportOptions = {}) {
    this.#transport = createTransport(connection, { userAgent: "follower", ...options });
    const { request, stream, close } = bind(this.#transport);
    const client = createClient({
      request: (call) => {
        this.calls.push("list");
        return request(call);
      },
      stream: (call) => {
        this.calls.push(call.query?.sendInitialEvents === "true" ? "stream" : "watch");
        return stream(call);
      },
      close,
    });
    const source = createWatchSource(client, CONFIG_MAPS, { namespace });
    this.informer = new Informer(source, { onError: (error) => this.errors.push(error) });
    this.informer.onChange(({ key, after }) => {
      if (after === undefined) this.told.delete(key);
      else this.told.set(key, after.metadata.resourceVersion);
    });
    this.#running = this.informer.run(this.#stop.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#transport.close();
  }
}

function bind(transport: Transport): Transport {
  return {
    request: (call) => transport.request(call),
    stream: (call) => transport.stream(call),
    close: () => transport.close(),
  };
}
