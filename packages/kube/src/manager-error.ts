/**
 * Why a manager ended other than in good order.
 *
 * - `RUNNABLE_FAILED`: something it runs threw, or ended before it was told to.
 * - `SHUTDOWN_TIMEOUT`: something did not end in the time it had.
 */
export type ManagerErrorCode = "ERR_RUNNABLE_FAILED" | "ERR_SHUTDOWN_TIMEOUT";

/** A failure of a manager. Switch on its `code`. */
export class ManagerError extends Error {
  override readonly name = "ManagerError";
  readonly code: ManagerErrorCode;

  constructor(code: ManagerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
