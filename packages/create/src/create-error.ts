/** What went wrong: the command line itself, or what it met. */
export type CreateErrorCode = "ERR_CREATE_USAGE" | "ERR_CREATE_FAILED";

/** An error whose message is for the user, and says what to do. */
export class CreateError extends Error {
  override readonly name = "CreateError";
  readonly code: CreateErrorCode;

  constructor(code: CreateErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}

/** Told by its code: npm may have installed two copies. */
export function isCreateError(error: unknown): error is CreateError {
  const { code } = (error ?? {}) as { code?: unknown };
  return code === "ERR_CREATE_USAGE" || code === "ERR_CREATE_FAILED";
}
