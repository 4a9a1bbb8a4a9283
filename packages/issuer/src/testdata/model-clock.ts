import { mock } from "node:test";

/** When every model begins. */
export const MODEL_START: Date = new Date("2026-01-01T00:00:00Z");

/**
 * Time that moves only when it is told to, timers with it, and chance that always falls in the middle: a history is
 * then the same each time it is run. It stands in for the process's own until `restore`.
 */
export class ModelClock {
  #elapsedMs = 0;
  readonly #mocks: { mock: { restore(): void } }[];

  constructor() {
    mock.timers.enable({ apis: ["Date", "setTimeout"], now: MODEL_START });
    this.#mocks = [
      mock.method(performance, "now", () => this.#elapsedMs),
      mock.method(Math, "random", () => 0.5),
    ];
  }

  /** Milliseconds since the model began. */
  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  now(): Date {
    return new Date(MODEL_START.getTime() + this.#elapsedMs);
  }

  pass(ms: number): void {
    this.#elapsedMs += ms;
    mock.timers.tick(ms);
  }

  restore(): void {
    for (const each of this.#mocks) each.mock.restore();
    mock.timers.reset();
  }
}
