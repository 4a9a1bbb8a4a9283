import { withLog } from "../control-plane/start-on-free-port.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { TestingError } from "../testing-error.ts";
import type { Env } from "./cache-folder.ts";

/** A Go, and what it runs under. */
export interface GoSetting {
  readonly go: string;
  readonly env: Env;
  readonly supervisor: Supervisor;
}

/** Lines of Go's output that an error shows. */
const ERROR_LINES = 20;

/**
 * Runs Go under the supervisor and returns the last lines of its output.
 *
 * @throws TestingError `ERR_SERVER_BUILD` with the last lines of it: `Cannot <task>: go …`.
 */
export async function runGo(
  args: readonly string[],
  options: GoSetting & { cwd: string; task: string },
): Promise<readonly string[]> {
  const { go, env, supervisor, cwd, task } = options;
  const process = await supervisor.startProcess({
    name: `go-${args[0]}`,
    command: go,
    args,
    cwd,
    env: {
      ...env,
      // No C compiler needed, and no go.work of a folder above.
      CGO_ENABLED: "0",
      GOWORK: "off",
      // Go's own temporary folders stay behind when it is killed: here they are removed with the rest.
      GOTMPDIR: supervisor.dir,
      TMPDIR: supervisor.dir,
    },
  });
  const { code, signal, log } = await process.exited;
  if (code === 0) return log;
  const how = signal === null ? `exit code ${code}` : signal;
  throw new TestingError(
    "ERR_SERVER_BUILD",
    withLog(`Cannot ${task}: go ${args[0]} ended with ${how}`, log.slice(-ERROR_LINES)),
  );
}
