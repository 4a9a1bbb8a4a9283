import { execFile } from "node:child_process";

/** Runs a program to its end and gives what it printed. Rejects when it does not exit with 0. */
export type RunCommand = (
  command: string,
  options: {
    args: readonly string[];
    env: Readonly<Record<string, string | undefined>>;
    signal: AbortSignal;
  },
) => Promise<string>;

const MOST_OUTPUT_BYTES = 1024 * 1024;

/** Runs a program without input; what it writes to stderr goes to ours. */
export const runCommand: RunCommand = (command, { args, env, signal }) =>
  new Promise((resolve, reject) => {
    const options = { env: { ...env }, signal, maxBuffer: MOST_OUTPUT_BYTES };
    const child = execFile(command, [...args], options, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(error);
    });
    child.stdin?.end();
    child.stderr?.pipe(process.stderr, { end: false });
  });
