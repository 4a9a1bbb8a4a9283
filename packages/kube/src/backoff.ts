/** How long to wait before a further try, as a function of how many have failed. */
export interface Backoff {
  /** The delay after the first failure, before jitter. */
  readonly initialMs: number;
  /** No delay is longer. */
  readonly maxMs: number;
  /** @default 2 */
  readonly factor?: number;
  /**
   * The share of the delay that is random, 0 to 1, so that what failed together does not come back
   * together.
   * @default 0.5
   */
  readonly jitter?: number;
}

/** Computes the delay after `failures` failures in a row, counted from 1. */
export function backoffDelayMs(
  backoff: Backoff,
  failures: number,
  random: () => number = Math.random,
): number {
  const { initialMs, maxMs, factor = 2, jitter = 0.5 } = backoff;
  const full = Math.min(maxMs, initialMs * factor ** Math.max(0, failures - 1));
  return full * (1 - jitter * random());
}
