import { stopOnSignals } from "@countersign/kube";
import { COMMANDS } from "./commands.ts";
import { runCli } from "./program.ts";

/** How long what an author's module has left running may keep the process. */
const LAST_MOMENT_MS = 1_000;

/**
 * Runs the command line of this process, and sets its exit code. Commands end on SIGINT and SIGTERM
 * by themselves; the process ends a second after its command.
 */
export async function main(args: readonly string[]): Promise<void> {
  const terminal = {
    out: (text: string) => void process.stdout.write(text),
    err: (text: string) => void process.stderr.write(text),
    signal: stopOnSignals(() => {}),
  };
  process.exitCode = await runCli(COMMANDS, args, terminal);
  setTimeout(() => process.exit(), LAST_MOMENT_MS).unref();
}
