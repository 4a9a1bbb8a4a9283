import { stopOnSignals } from "@countersign/kube";
import { COMMANDS } from "./commands.ts";
import { runCli } from "./program.ts";

/**
 * Runs the command line of this process, and sets its exit code. Commands end on SIGINT and SIGTERM
 * by themselves.
 */
export async function main(args: readonly string[]): Promise<void> {
  const terminal = {
    out: (text: string) => void process.stdout.write(text),
    err: (text: string) => void process.stderr.write(text),
    signal: stopOnSignals(() => {}),
  };
  process.exitCode = await runCli(COMMANDS, args, terminal);
}
