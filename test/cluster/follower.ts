import assert from "node:assert/strict";
import {
  type ApiRequest,
  type Client,
  type Connection,
  createClient,
  createTransport,
  createWatchSource,
  Informer,
  type KubeObject,
  type Resource,
  type Transport,
  type TransportOptions,
} from "@countersign/kube";
import { poll } from "@countersign/testing";

/** What a follower follows, and how. */
export interface FollowerOptions<T extends KubeObject> extends TransportOptions {
  readonly resource: Resource<T>;
  readonly namespace: string;
  /** Objects a page, in place of client-go's 500. */
  readonly pageSize?: number;
  /** Waited for before a call goes out; `calls` has it by then. */
  readonly beforeCall?: (calls: readonly FollowerCall[]) => Promise<void>;
}

/** What a follower has asked for: the list by a watch, a page of it, or what comes after it. */
export type FollowerCall = "stream" | "list" | "watch";

const CAUGHT_UP_TIMEOUT_MS = 60_000;

/** An informer under test, and what it has told its handler. */
export class Follower<T extends KubeObject> implements AsyncDisposable {
  readonly informer: Informer<T>;
  readonly errors: unknown[] = [];
  /** The calls it made: what was asked for, not what was answered. */
  readonly calls: FollowerCall[] = [];
  /** Versions by key, from changes alone. */
  readonly told = new Map<string, string | undefined>();
  readonly #options: FollowerOptions<T>;
  readonly #transport: Transport;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor(connection: Connection, options: FollowerOptions<T>) {
    this.#options = options;
    const { resource, namespace } = options;
    this.#transport = createTransport(connection, { userAgent: "follower", ...options });
    const client = createClient({
      request: async (call) => {
        await this.#begin("list");
        return this.#transport.request(this.#paged(call));
      },
      stream: async (call) => {
        await this.#begin(call.query?.sendInitialEvents === "true" ? "stream" : "watch");
        return this.#transport.stream(call);
      },
      close: () => this.#transport.close(),
    });
    const source = createWatchSource(client, resource, { namespace });
    this.informer = new Informer(source, { onError: (error) => this.errors.push(error) });
    this.informer.onChange(({ key, after }) => {
      if (after === undefined) this.told.delete(key);
      else this.told.set(key, after.metadata.resourceVersion);
    });
    this.#running = this.informer.run(this.#stop.signal);
  }

  /** Waits until store and handler hold what a fresh LIST gives. */
  async caughtUp(client: Client): Promise<void> {
    const { resource, namespace } = this.#options;
    await poll(
      "store and handler to equal a fresh list",
      async (signal) => {
        // Fresh each time: whoever else writes does not stop for us.
        const { items } = await client.list(resource, { namespace, signal });
        const expected = versions(items);
        const seen = {
          store: versions(this.informer.store.list()),
          told: Object.fromEntries(this.told),
        };
        assert.deepEqual(seen, { store: expected, told: expected });
        return true;
      },
      { timeoutMs: CAUGHT_UP_TIMEOUT_MS },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#transport.close();
  }

  async #begin(call: FollowerCall): Promise<void> {
    this.calls.push(call);
    await this.#options.beforeCall?.(this.calls);
  }

  #paged(call: ApiRequest): ApiRequest {
    const { pageSize } = this.#options;
    if (pageSize === undefined) return call;
    return { ...call, query: { ...call.query, limit: String(pageSize) } };
  }
}

function versions(objects: readonly KubeObject[]): Record<string, string | undefined> {
  return Object.fromEntries(
    objects.map(({ metadata: { namespace, name, resourceVersion } }) => [
      `${namespace}/${name}`,
      resourceVersion,
    ]),
  );
}
