import { fork } from "node:child_process";
import { resolve } from "node:path";
import type { LoadOrder, ModuleReport } from "./module-report.ts";
import { importFlags, pathOfProgram, programEnv } from "./node-program.ts";

/** How long a module may take. One that still runs then waits for something that will not come. */
const LONGEST_MS = 60_000;

/**
 * Loads an author's module in a process of its own and tells what is in it, so that it can be loaded
 * again after each save.
 *
 * @throws the signal's reason when it aborts. What is wrong with the module is a report.
 */
export async function loadModule(
  order: LoadOrder,
  options: { signal: AbortSignal },
): Promise<ModuleReport> {
  const { signal } = options;
  signal.throwIfAborted();
  const child = fork(pathOfProgram("loader-program"), [JSON.stringify(order)], {
    execArgv: importFlags(process.execArgv),
    // What the module prints is not the command's output.
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    env: programEnv(process.env),
  });
  const { promise, resolve: settle, reject } = Promise.withResolvers<ModuleReport>();
  let printed = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    printed = (printed + chunk.toString("utf8")).slice(-MOST_PRINTED);
  });
  child.once("message", (message) => settle(message as ModuleReport));
  child.once("error", reject);
  child.once("close", (code) => settle(failed(order, describeEnd(code, printed))));
  const end = (): void => {
    child.kill("SIGKILL");
  };
  const tooLong = setTimeout(() => {
    settle(failed(order, `it is still running after ${LONGEST_MS / 1_000} s, must end by itself`));
    end();
  }, LONGEST_MS);
  const stop = (): void => {
    reject(signal.reason);
    end();
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await promise;
  } finally {
    clearTimeout(tooLong);
    signal.removeEventListener("abort", stop);
  }
}

const MOST_PRINTED = 2_000;

function describeEnd(code: number | null, printed: string): string {
  const how = `its process ended with ${code === null ? "a signal" : `exit code ${code}`}`;
  const last = printed.trim().split("\n").at(-1) ?? "";
  return last === "" ? `${how}, must go on until it is imported` : `${how}: ${last}`;
}

function failed({ file }: LoadOrder, why: string): ModuleReport {
  return {
    isLoaded: false,
    message: `Cannot load definition ${file}: ${why}`,
    files: [resolve(file)],
  };
}
