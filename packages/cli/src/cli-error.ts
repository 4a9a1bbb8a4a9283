/** How a command ends: 0 all is well, 1 something is wrong or failed, 2 it was not called rightly. */
export type ExitCode = 0 | 1 | 2;

/**
 * Why a command cannot go on, in one sentence for whoever typed it, with the next step in it.
 *
 * `ERR_CLI_USAGE` is the caller's own to correct: flags, files, a definition. `ERR_CLI_FAILED` is
 * what the world answered: a cluster, a file system, a CA.
 */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly code: "ERR_CLI_USAGE" | "ERR_CLI_FAILED";

  constructor(code: CliError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Something that the caller has to correct. */
export function usageError(message: string, options?: ErrorOptions): CliError {
  return new CliError("ERR_CLI_USAGE", message, options);
}

/** Something that failed though the call was right. */
export function failure(message: string, options?: ErrorOptions): CliError {
  return new CliError("ERR_CLI_FAILED", message, options);
}

/** The exit code for whatever was thrown. */
export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof CliError && error.code === "ERR_CLI_USAGE" ? 2 : 1;
}
