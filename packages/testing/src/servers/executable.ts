import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Env } from "./cache-folder.ts";
import { compareVersions, firstVersion, formatVersion, type Version } from "./version.ts";

const VERSION_TIMEOUT_MS = 20_000;

/** Whether there is a file that may be run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The folder of PATH that a program would be run from. */
export function folderOnPath(name: string, env: Env): string | undefined {
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.find((folder) => isExecutable(join(folder, name)));
}

/** Asks a program for its version and says what is wrong with it, if anything. */
export async function versionFault(
  command: readonly [program: string, ...args: string[]],
  options: { oldest: Version; env: Env; signal?: AbortSignal | undefined },
): Promise<string | undefined> {
  const { oldest, env, signal } = options;
  const output = await outputOf(command, { env, signal });
  signal?.throwIfAborted();
  if (output instanceof Error) return `does not tell its version: ${output.message.trim()}`;
  const version = firstVersion(output);
  if (version === undefined) return "does not tell its version";
  if (compareVersions(version, oldest) >= 0) return undefined;
  return `is version ${formatVersion(version)}, must be ${formatVersion(oldest)} or newer`;
}

function outputOf(
  [program, ...args]: readonly [string, ...string[]],
  { env, signal }: { env: Env; signal: AbortSignal | undefined },
): Promise<string | Error> {
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      // Go heeds a go.mod in the folder it is asked in.
      { env: { ...env }, cwd: "/", timeout: VERSION_TIMEOUT_MS, ...(signal && { signal }) },
      (error, stdout) => resolve(error ?? stdout),
    );
  });
}
