import type { ApiRequest, Transport } from "../transport.ts";

/** What happens to a call: it is answered, it never arrives, or it arrives and its answer does not. */
export type CallFate = "answered" | "lost" | "answer lost";

/**
 * A member's way to the API server, which loses calls and answers, or holds everything back, as for a
 * process that stands still: what it has sent arrives when it goes on, and then what it was told.
 */
export class BadConnection implements Transport {
  readonly #api: Transport;
  readonly #fateOf: () => CallFate;
  #held: PromiseWithResolvers<void> | undefined;
  #deaf: PromiseWithResolvers<void> | undefined;

  constructor(api: Transport, fateOf: () => CallFate) {
    this.#api = api;
    this.#fateOf = fateOf;
  }

  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  /** Holds back only what watches tell. */
  deafen(): void {
    this.#deaf ??= Promise.withResolvers();
  }

  letGo(): void {
    this.#held?.resolve();
    this.#deaf?.resolve();
    this.#held = undefined;
    this.#deaf = undefined;
  }

  async request(request: ApiRequest): Promise<unknown> {
    const fate = this.#fateOf();
    await this.#held?.promise;
    if (fate === "lost") throw new Error("The call was lost");
    const answer = await this.#api.request(request);
    await this.#held?.promise;
    if (fate === "answer lost") throw new Error("The answer was lost");
    return answer;
  }

  async stream(request: ApiRequest): Promise<AsyncIterable<Uint8Array>> {
    const events = await this.#api.stream(request);
    return this.#delayed(events);
  }

  async *#delayed(events: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const event of events) {
      await this.#held?.promise;
      await this.#deaf?.promise;
      yield event;
    }
  }

  async close(): Promise<void> {}
}
