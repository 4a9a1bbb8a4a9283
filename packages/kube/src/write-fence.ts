import { LeaderElectionError } from "./leader-election-error.ts";

/**
 * The right to write, which ends at a time on this process's own clock.
 *
 * A lease cannot stop a process that was paused: when it goes on, it believes what it believed before.
 * So the clock is asked, in the turn of the write itself, and not a timer, which may fire too late.
 *
 * Guarantees: before the first `extendTo` and from the deadline on `assertOpen()` throws; a fence that
 * has closed stays closed.
 *
 * Caveats: `performance.now` goes on while a process is stopped, and stands still while the whole
 * machine sleeps. A pause between the check and the write, in the same turn, cannot be noticed by
 * anybody: writes that name a resourceVersion are refused by the API server then.
 */
export class WriteFence {
  readonly #now: () => number;
  readonly #closed = new AbortController();
  #until: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: { now?: () => number } = {}) {
    this.#now = options.now ?? (() => performance.now());
  }

  /** Whether a write is allowed at a moment. */
  isOpen(now: number = this.#now()): boolean {
    return !this.#closed.signal.aborted && this.#until !== undefined && now < this.#until;
  }

  /** Aborts when the right to write has ended; the reason says why. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** @throws LeaderElectionError when a write is not allowed now. */
  assertOpen(): void {
    if (this.isOpen()) return;
    if (this.#until === undefined && !this.#closed.signal.aborted) {
      throw new LeaderElectionError("ERR_NOT_LEADING", "Cannot write: another process leads");
    }
    this.#closeOverdue();
    throw this.#closed.signal.reason;
  }

  /** Opens the fence, or moves its deadline. Returns whether it is open: a deadline that has passed is not moved. */
  extendTo(until: number): boolean {
    if (this.#until !== undefined && !this.isOpen()) this.#closeOverdue();
    if (this.#closed.signal.aborted || this.#now() >= until) return false;
    this.#until = until;
    this.#setTimer(until);
    return true;
  }

  /** Closes the fence for good. */
  close(reason: LeaderElectionError): void {
    clearTimeout(this.#timer);
    this.#closed.abort(reason);
  }

  #closeOverdue(): void {
    this.close(
      new LeaderElectionError(
        "ERR_LEASE_LOST",
        "The lease was not renewed in time: another process may hold it",
      ),
    );
  }

  /** A timer for those who wait for the end; those who write ask the clock. */
  #setTimer(until: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        if (this.isOpen()) this.#setTimer(until);
        else this.#closeOverdue();
      },
      Math.ceil(until - this.#now()),
    );
    this.#timer.unref();
  }
}
