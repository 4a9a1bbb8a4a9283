import { LeaderElectionError } from "./leader-election-error.ts";

/** client-go's three numbers. */
export interface LeaseTimes {
  /** How long others leave the lease alone after its last renewal. @default 15_000 */
  readonly leaseDurationMs: number;
  /** How long its holder may write after its last renewal. @default 10_000 */
  readonly renewDeadlineMs: number;
  /** How often a holder renews, and at least how often others look. @default 2_000 */
  readonly retryPeriodMs: number;
}

const DEFAULTS: LeaseTimes = {
  leaseDurationMs: 15_000,
  renewDeadlineMs: 10_000,
  retryPeriodMs: 2_000,
};

/** How much longer than `retryPeriodMs` a candidate may wait, so that not all come together. As client-go. */
const JITTER = 1.2;

/**
 * Fills in the defaults.
 *
 * @throws LeaderElectionError `ERR_LEASE_TIMES` for times with which two processes could write at once,
 * or a holder would lose its lease after one failed call.
 */
export function leaseTimes(given: Partial<LeaseTimes> = {}): LeaseTimes {
  const times = { ...DEFAULTS, ...given };
  const { leaseDurationMs, renewDeadlineMs, retryPeriodMs } = times;
  const problem = [
    [leaseDurationMs < 1_000, "the lease duration", leaseDurationMs, "at least 1000"],
    [retryPeriodMs <= 0, "the retry period", retryPeriodMs, "more than 0"],
    [
      renewDeadlineMs >= leaseDurationMs,
      "the renew deadline",
      renewDeadlineMs,
      `less than the lease duration, ${leaseDurationMs}`,
    ],
    [
      renewDeadlineMs <= retryPeriodMs * JITTER,
      "the renew deadline",
      renewDeadlineMs,
      `more than ${JITTER} times the retry period, ${retryPeriodMs}`,
    ],
  ].find(([isWrong]) => isWrong);
  if (problem === undefined) return times;
  const [, what, is, must] = problem;
  throw new LeaderElectionError(
    "ERR_LEASE_TIMES",
    `Cannot elect a leader: ${what} is ${is} ms, must be ${must} ms`,
  );
}

/** How long a candidate waits before it looks again. As client-go's JitterUntil. */
export function jitteredRetryMs(times: LeaseTimes, random: () => number): number {
  return times.retryPeriodMs * (1 + JITTER * random());
}
