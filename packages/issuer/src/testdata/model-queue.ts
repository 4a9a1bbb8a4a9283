import { backoffDelayMs, type ReconcileResult } from "@countersign/kube";
import type { ModelClock } from "./model-clock.ts";

/**
 * A workqueue and its workers: a key is reconciled by one at a time, and once more where it was added
 * meanwhile. Nothing begins before `run`.
 */
export class ModelQueue {
  /** Reconciles so far. */
  reconciles = 0;
  readonly #clock: ModelClock;
  readonly #reconcile: (key: string) => Promise<ReconcileResult>;
  readonly #ready = new Set<string>();
  readonly #dueAt = new Map<string, number>();
  readonly #taken = new Set<string>();
  readonly #failures = new Map<string, number>();

  constructor(clock: ModelClock, reconcile: (key: string) => Promise<ReconcileResult>) {
    this.#clock = clock;
    this.#reconcile = reconcile;
  }

  add(key: string): void {
    this.#dueAt.delete(key);
    this.#ready.add(key);
  }

  /** Whether a worker could begin. */
  get isReady(): boolean {
    return this.#next() !== undefined;
  }

  /** When the first delayed key is due. */
  get nextDueAt(): number {
    return Math.min(...this.#dueAt.values());
  }

  /** Begins one reconcile: of the key that has waited longest, or of a later one. */
  run(skip = 0): void {
    const key = this.#next(skip) ?? this.#next();
    if (key === undefined) return;
    this.#ready.delete(key);
    this.#taken.add(key);
    this.reconciles += 1;
    void this.#work(key); // settles by itself: what the reconcile throws is its backoff
  }

  #next(skip = 0): string | undefined {
    for (const [key, at] of this.#dueAt) if (at <= this.#clock.elapsedMs) this.add(key);
    return [...this.#ready].filter((key) => !this.#taken.has(key))[skip];
  }

  async #work(key: string): Promise<void> {
    try {
      const { requeueAfterMs } = await this.#reconcile(key);
      this.#failures.delete(key);
      if (requeueAfterMs !== undefined) this.#addAfter(key, requeueAfterMs);
    } catch {
      const failures = (this.#failures.get(key) ?? 0) + 1;
      this.#failures.set(key, failures);
      this.#addAfter(key, backoffDelayMs({ initialMs: 1_000, maxMs: 300_000 }, failures));
    }
    this.#taken.delete(key);
  }

  #addAfter(key: string, delayMs: number): void {
    if (this.#ready.has(key)) return;
    const at = this.#clock.elapsedMs + delayMs;
    this.#dueAt.set(key, Math.min(at, this.#dueAt.get(key) ?? at));
  }
}
