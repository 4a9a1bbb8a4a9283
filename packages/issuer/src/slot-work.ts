/** What is asked about a piece of work before it begins. */
export interface WorkEntry {
  /** A result is held that is to be written: work that is begun is brought to its end. */
  readonly isBegun: boolean;
}

/**
 * Which slots this replica works in, and what is under way in each.
 *
 * Guarantees: a slot that is being ended takes nothing more, and is idle only when whoever entered has
 * left and what was held has been let go.
 */
export class SlotWork {
  readonly #phases = new Map<number, "open" | "ending">();
  /** How many are in each slot. */
  readonly #inside = new Map<number, number>();
  /** The slot of each result that is held, by the uid of its request. */
  readonly #held = new Map<string, number>();
  readonly #waiting = new Set<() => void>();

  open(slots: readonly number[]): void {
    for (const slot of slots) this.#phases.set(slot, "open");
  }

  /** Whether a slot is this replica's, be it on its way to another. */
  has(slot: number): boolean {
    return this.#phases.has(slot);
  }

  /** Begins a piece of work, if it may: the caller is to `leave`. */
  enter(slot: number, { isBegun }: WorkEntry): boolean {
    const phase = this.#phases.get(slot);
    if (phase === undefined || (phase === "ending" && !isBegun)) return false;
    this.#inside.set(slot, (this.#inside.get(slot) ?? 0) + 1);
    return true;
  }

  leave(slot: number): void {
    this.#inside.set(slot, (this.#inside.get(slot) ?? 0) - 1);
    this.#tell();
  }

  /** Takes note of a result that is still to be written. */
  hold(slot: number, uid: string): void {
    this.#held.set(uid, slot);
  }

  /** Takes note that a result is written, or its request gone. */
  letGo(uid: string): void {
    if (this.#held.delete(uid)) this.#tell();
  }

  /**
   * Takes nothing more of a slot, and returns true once nothing is under way in it: it is closed then.
   * Returns false when the time is over or the signal aborts: it is open again.
   */
  async end(
    slot: number,
    { withinMs, signal }: { withinMs: number; signal: AbortSignal },
  ): Promise<boolean> {
    this.#phases.set(slot, "ending");
    const over = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
    while (!this.#isIdle(slot) && !over.aborted) await this.#changed(over);
    if (this.#isIdle(slot)) this.#phases.delete(slot);
    else this.#phases.set(slot, "open");
    return !this.#phases.has(slot);
  }

  #isIdle(slot: number): boolean {
    return (this.#inside.get(slot) ?? 0) === 0 && ![...this.#held.values()].includes(slot);
  }

  async #changed(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => resolve();
    this.#waiting.add(wake);
    signal.addEventListener("abort", wake, { once: true });
    await promise;
    this.#waiting.delete(wake);
    signal.removeEventListener("abort", wake);
  }

  #tell(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
