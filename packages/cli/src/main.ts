import { createInterface } from "node:readline/promises";
import { stopOnSignals } from "@countersign/kube";
import { COMMANDS } from "./commands.ts";
import { runCli, type Terminal } from "./program.ts";

/** How long what an author's module has left running may keep the process. */
const LAST_MOMENT_MS = 1_000;

/**
 * Runs the command line of this process, and sets its exit code. Commands end on SIGINT and SIGTERM
 * by themselves; the process ends a second after its command.
 */
export async function main(args: readonly string[]): Promise<void> {
  const { stdin, stdout, stderr } = process;
  const terminal: Terminal = {
    out: (text: string) => void stdout.write(text),
    err: (text: string) => void stderr.write(text),
    signal: stopOnSignals(() => {}),
    // Some pseudo-terminals have no size.
    screen: stdout.isTTY
      ? { columns: () => stdout.columns || 80, rows: () => stdout.rows || 24 }
      : undefined,
    ask: stdin.isTTY && stderr.isTTY ? (question) => ask(question, terminal.signal) : undefined,
  };
  process.exitCode = await runCli(COMMANDS, args, terminal);
  setTimeout(() => process.exit(), LAST_MOMENT_MS).unref();
}

async function ask(question: string, signal: AbortSignal): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // In raw mode Ctrl-C comes as a key: it is the signal that it would have been.
  lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `, { signal })).trim());
  } finally {
    lines.close();
  }
}
