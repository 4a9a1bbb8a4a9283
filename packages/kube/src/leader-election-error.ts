/**
 * Why this process may not write.
 *
 * - `NOT_LEADING`: it has not won the lease.
 * - `LEASE_LOST`: it held the lease, and cannot know any more that it does.
 * - `LEASE_RELEASED`: it gave the lease back.
 * - `LEASE_TIMES`: the times it was given cannot work.
 * - `LEASE_NAMESPACE`: it does not know where its lease is.
 */
export type LeaderElectionErrorCode =
  | "ERR_NOT_LEADING"
  | "ERR_LEASE_LOST"
  | "ERR_LEASE_RELEASED"
  | "ERR_LEASE_TIMES"
  | "ERR_LEASE_NAMESPACE";

/** A failure of leader election. Match it with {@link isLeaderElectionError}. */
export class LeaderElectionError extends Error {
  override readonly name = "LeaderElectionError";
  readonly code: LeaderElectionErrorCode;

  constructor(code: LeaderElectionErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Tells whether a caught value is a {@link LeaderElectionError}, of one code if given, from any copy of this package. */
export function isLeaderElectionError(
  error: unknown,
  code?: LeaderElectionErrorCode,
): error is LeaderElectionError {
  return (
    error instanceof Error &&
    error.name === "LeaderElectionError" &&
    "code" in error &&
    (code === undefined || error.code === code)
  );
}
