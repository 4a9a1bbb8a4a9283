/** Something that runs as long as a program does: a server, a cache, a controller. */
export interface Runnable {
  /** In logs and errors. */
  readonly name: string;
  /** Settles once others may rely on it; at once when absent. Rejects only where `run` does too. */
  readonly started?: Promise<unknown>;
  /** Runs until the signal aborts, and settles when it has ended in good order. */
  run(signal: AbortSignal): Promise<void>;
}
