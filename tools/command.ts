import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's folder. */
export const ROOT: string = fileURLToPath(new URL("..", import.meta.url));

/**
 * Where Node keeps what it has made of sources: by their content, so that it is never wrong. Hundreds of
 * test files, each a process, that read the same sources then take half the time.
 */
const COMPILE_CACHE = join(ROOT, "node_modules/.cache/node");

/** How a command ended, and what it printed on stdout and stderr together. */
export interface CommandResult {
  readonly isOk: boolean;
  readonly output: string;
}

/**
 * Runs a command in the repository's folder, or where `cwd` says. Its output is kept; with `isShown`,
 * shown as it comes instead. After `timeoutMs` it is told to end, and is not ok.
 */
export async function runCommand(
  command: readonly string[],
  options: { isShown?: boolean; cwd?: string; timeoutMs?: number } = {},
): Promise<CommandResult> {
  const [file = "", ...args] = command;
  const { promise, resolve, reject } = Promise.withResolvers<CommandResult>();
  const child = spawn(file, args, {
    cwd: options.cwd ?? ROOT,
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env },
    timeout: options.timeoutMs,
    stdio: options.isShown === true ? "inherit" : ["ignore", "pipe", "pipe"],
  });
  const chunks: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.on("error", reject);
  child.on("close", (code) =>
    resolve({ isOk: code === 0, output: Buffer.concat(chunks).toString("utf8") }),
  );
  return promise;
}
