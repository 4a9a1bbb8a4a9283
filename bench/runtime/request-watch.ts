import { type Client, createWatchSource, watch } from "@countersign/kube";
import { CERTIFICATE_REQUESTS, type CertificateRequest } from "@countersign/testing";
import { conditionOf } from "../../test/cluster/wait.ts";

/** When a request was first seen in a state, in milliseconds of `performance.now()`. */
export interface SeenRequest {
  readonly approvedAt: number;
  readonly readyAt: number;
}

/**
 * What somebody outside sees of the requests of a namespace: the times at which a watch told that they
 * are approved and Ready. Both come by the same way, so that it does not count.
 */
export class RequestWatch implements AsyncDisposable {
  readonly #closing = new AbortController();
  readonly #listed = Promise.withResolvers<void>();
  readonly #approvedAt = new Map<string, number>();
  readonly #seen = new Map<string, SeenRequest>();
  readonly #waiting = new Set<() => void>();
  readonly #running: Promise<void>;
  #isListed = false;

  private constructor(client: Client, namespace: string) {
    this.#running = this.#run(client, namespace);
    // Told to whoever waits.
    this.#running.catch(this.#listed.reject);
  }

  /** Opens a watch and waits until it has told what exists. */
  static async open(client: Client, namespace: string): Promise<RequestWatch> {
    const opened = new RequestWatch(client, namespace);
    await opened.#listed.promise;
    return opened;
  }

  /** The requests that are Ready, by name. */
  get ready(): ReadonlyMap<string, SeenRequest> {
    return this.#seen;
  }

  /** Waits until a function of what has been seen gives true. */
  async until(isThere: () => boolean, { timeoutMs }: { timeoutMs: number }): Promise<void> {
    const timeout = AbortSignal.timeout(timeoutMs);
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (!isThere()) return;
        this.#waiting.delete(look);
        resolve();
      };
      timeout.addEventListener("abort", () => reject(this.#late(timeoutMs)));
      this.#running.catch(reject);
      this.#waiting.add(look);
      look();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  #late(timeoutMs: number): Error {
    const states = `${this.#approvedAt.size} approved, ${this.#seen.size} Ready`;
    return new Error(`Cannot wait for the requests any longer than ${timeoutMs} ms: ${states}`);
  }

  async #run(client: Client, namespace: string): Promise<void> {
    const { signal } = this.#closing;
    const source = createWatchSource(client, CERTIFICATE_REQUESTS, { namespace });
    for await (const event of watch(source, { signal })) {
      // The watch goes on of itself, after a pause in which it would see nothing.
      if (event.type === "failed" && this.#isListed) throw event.error;
      if (event.type === "listed") {
        this.#isListed = true;
        this.#listed.resolve();
      }
      if (event.type === "page") for (const request of event.objects) this.#see(request);
      if (event.type === "applied") this.#see(event.object);
    }
  }

  #see(request: CertificateRequest): void {
    const { name } = request.metadata;
    const now = performance.now();
    const isTrue = (type: string): boolean => conditionOf(request, type)?.status === "True";
    if (!this.#approvedAt.has(name) && isTrue("Approved")) this.#approvedAt.set(name, now);
    if (this.#seen.has(name) || !isTrue("Ready")) return;
    this.#seen.set(name, { approvedAt: this.#approvedAt.get(name) ?? now, readyAt: now });
    for (const look of this.#waiting) look();
  }
}
