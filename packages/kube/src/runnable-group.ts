import { abortable, untilAborted } from "./abortable.ts";
import { ManagerError } from "./manager-error.ts";
import type { Runnable } from "./runnable.ts";
import { sleep } from "./sleep.ts";

/** Runnables that start together and stop together. */
export class RunnableGroup {
  readonly #onFailure: (error: ManagerError) => void;
  readonly #stop = new AbortController();
  readonly #running = new Map<Runnable, Promise<void>>();

  /** @param onFailure is told the first thing that goes wrong with each: it throws, or ends unasked */
  constructor(onFailure: (error: ManagerError) => void) {
    this.#onFailure = onFailure;
  }

  /** The names of those that have not ended. */
  get running(): string[] {
    return [...this.#running.keys()].map(({ name }) => name);
  }

  /** Starts them, and waits until all have started or the signal aborts. */
  async start(runnables: readonly Runnable[], signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    for (const each of runnables) this.#running.set(each, this.#run(each));
    const started = Promise.all(runnables.map((each) => each.started));
    // What cannot start fails in its run() as well, and that is what is told.
    await abortable(started, signal).catch(() => untilAborted(signal));
  }

  /** Tells them to stop. */
  stop(): void {
    this.#stop.abort();
  }

  /** Waits until all have ended, for a time or until the signal aborts. Returns whether they have. */
  async ended(withinMs: number, signal?: AbortSignal): Promise<boolean> {
    const over = new AbortController();
    const signals = signal === undefined ? [over.signal] : [over.signal, signal];
    const ending = Promise.all(this.#running.values()).then(() => over.abort());
    await Promise.race([ending, sleep(withinMs, AbortSignal.any(signals))]);
    over.abort();
    return this.#running.size === 0;
  }

  /** Never rejects. */
  async #run(runnable: Runnable): Promise<void> {
    const { name } = runnable;
    try {
      await runnable.run(this.#stop.signal);
      if (!this.#stop.signal.aborted) {
        this.#fail(`Cannot go on: ${name} ended although nobody told it to`);
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#fail(`Cannot go on: ${name} failed: ${reason}`, error);
    } finally {
      this.#running.delete(runnable);
    }
  }

  #fail(message: string, cause?: unknown): void {
    this.#onFailure(new ManagerError("ERR_RUNNABLE_FAILED", message, { cause }));
  }
}
