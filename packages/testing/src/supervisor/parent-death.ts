import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** A program with its arguments. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
}

/** Absolute: a process to start may be given any PATH. */
const SETPRIV = ["/usr/bin/setpriv", "/bin/setpriv"];

const SETPRIV_ARGS = ["--pdeathsig", "KILL", "--"];

/**
 * Finds out how to start a process so that the kernel kills it with the process that started it:
 * through util-linux's `setpriv`, which sets PR_SET_PDEATHSIG and then becomes that process. Other
 * systems, and the `setpriv` of BusyBox, cannot: there the command line stays as it is.
 */
export function parentDeathWrapper(): (line: CommandLine) => CommandLine {
  if (process.platform !== "linux") return (line) => line;
  const setpriv = SETPRIV.find((path) => existsSync(path));
  if (setpriv === undefined) return (line) => line;
  const probe = spawnSync(setpriv, [...SETPRIV_ARGS, "true"], { stdio: "ignore" });
  if (probe.status !== 0) return (line) => line;
  return ({ command, args }) => ({ command: setpriv, args: [...SETPRIV_ARGS, command, ...args] });
}
