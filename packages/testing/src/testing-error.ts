/**
 * What this package fails with.
 *
 * - `ERR_SERVERS_NOT_FOUND`: no server program was found and none could be built. The message lists
 *   every place looked at and says what to install.
 * - `ERR_SERVER_BUILD`: Go is there and the build failed. The message ends with Go's last lines.
 * - `ERR_PROCESS_START`: a process could not be started, or did not become ready.
 * - `ERR_CONTROL_PLANE_FAILED`: a server of a running control plane exited by itself.
 * - `ERR_SUPERVISOR`: the supervisor exited or could not be started.
 * - `ERR_FOLDER_EXISTS`: the folder that a supervisor was to create is there already.
 * - `ERR_NO_FREE_PORT`: no port could be bound.
 * - `ERR_NOT_READY`: something that was to become ready did not in time.
 */
export type TestingErrorCode =
  | "ERR_SERVERS_NOT_FOUND"
  | "ERR_SERVER_BUILD"
  | "ERR_PROCESS_START"
  | "ERR_CONTROL_PLANE_FAILED"
  | "ERR_SUPERVISOR"
  | "ERR_FOLDER_EXISTS"
  | "ERR_NO_FREE_PORT"
  | "ERR_NOT_READY";

/** A failure of this package. Switch on its `code`. */
export class TestingError extends Error {
  override readonly name = "TestingError";
  readonly code: TestingErrorCode;

  constructor(code: TestingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Tells whether a caught value is a {@link TestingError} of one code, from any copy of this package. */
export function isTestingError(error: unknown, code: TestingErrorCode): error is TestingError {
  return (
    error instanceof Error &&
    error.name === "TestingError" &&
    "code" in error &&
    error.code === code
  );
}
