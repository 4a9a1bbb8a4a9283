import type { HealthCheck } from "./health-check.ts";
import type { Logger } from "./logger.ts";
import type { Runnable } from "./runnable.ts";
import { sleep } from "./sleep.ts";

/** Settings of an {@link EventLoopWatch}. */
export interface EventLoopWatchOptions {
  readonly logger: Logger;
  /** @default performance.now */
  readonly now?: () => number;
}

const TICK_MS = 500;

/** A delay of this much is logged: whoever computes for so long keeps everybody waiting. */
const LOGGED_MS = 1_000;

/** A delay of this much fails the health check: leases and watches suffer. */
const UNHEALTHY_MS = 5_000;

/**
 * Watches whether the event loop turns, by a timer that must not be late.
 *
 * Caveats: a loop that stands still answers no probe either; whoever probes notices by the timeout.
 * The log line comes when it turns again, and also after the process was stopped.
 */
export class EventLoopWatch implements Runnable {
  readonly name = "event loop watch";
  readonly #options: EventLoopWatchOptions;
  #dueAt: number | undefined;
  #lastDelayMs = 0;

  constructor(options: EventLoopWatchOptions) {
    this.#options = options;
  }

  /** How late the last tick was, or the next one is already. */
  get delayMs(): number {
    const overdueMs = this.#dueAt === undefined ? 0 : this.#now() - this.#dueAt;
    return Math.max(this.#lastDelayMs, overdueMs);
  }

  get check(): HealthCheck {
    return {
      name: "event-loop",
      check: () => {
        const delayMs = Math.round(this.delayMs);
        if (delayMs >= UNHEALTHY_MS) throw new Error(`The event loop was late by ${delayMs} ms`);
      },
    };
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#dueAt = this.#now() + TICK_MS;
      await sleep(TICK_MS, signal);
      if (signal.aborted) return;
      this.#lastDelayMs = Math.max(0, this.#now() - this.#dueAt);
      if (this.#lastDelayMs < LOGGED_MS) continue;
      const delayMs = Math.round(this.#lastDelayMs);
      this.#options.logger.warn({ delayMs }, "The event loop stood still");
    }
  }

  #now(): number {
    return this.#options.now?.() ?? performance.now();
  }
}
