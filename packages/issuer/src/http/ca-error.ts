/**
 * Thrown when a call to a CA has failed in a way that may pass: `sign()` and `check()` are tried again,
 * not before `retryAfterMs` where the CA has said so.
 */
export class CaError extends Error {
  override readonly name = "CaError";
  readonly code = "ERR_COUNTERSIGN_CA" as const;
  /** Of the answer; undefined where there was none. */
  readonly status?: number;
  readonly retryAfterMs?: number;
  /**
   * Whether the CA may have got the call. What it has done then is unknown: ask with the same
   * idempotency key, or by `lookup()`.
   */
  readonly mayHaveArrived: boolean;

  constructor(
    message: string,
    options: {
      mayHaveArrived: boolean;
      status?: number;
      retryAfterMs?: number | undefined;
      cause?: unknown;
    },
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.mayHaveArrived = options.mayHaveArrived;
    if (options.status !== undefined) this.status = options.status;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}
