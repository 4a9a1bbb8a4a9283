import { sleep } from "./sleep.ts";

/** A pause that can be cut short. A call that comes while nobody pauses cuts the next pause short. */
export class WakeUp {
  #isCalled = false;
  #end: () => void = () => {};

  call(): void {
    this.#isCalled = true;
    this.#end();
  }

  /** Waits, until it is called or the signal aborts at the latest. */
  async pause(delayMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#isCalled) {
      const called = new AbortController();
      this.#end = () => called.abort();
      await sleep(Math.max(1, Math.ceil(delayMs)), AbortSignal.any([signal, called.signal]));
    }
    this.#isCalled = false;
  }
}
