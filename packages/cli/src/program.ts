import { messageOf } from "@countersign/issuer/inspect";
import { Command, CommanderError, Option } from "commander";
import { CliError, type ExitCode, exitCodeOf } from "./cli-error.ts";
import { printable } from "./printable.ts";

/** Where a command writes, and what ends it. */
export interface Terminal {
  /** Results, and nothing else: what a pipe reads. */
  out(text: string): void;
  /** What is said beside the results: errors, progress. */
  err(text: string): void;
  /** Aborts at SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** @default () => new Date() */
  readonly now?: () => Date;
  /** What somebody sees `out` on; undefined where it is a pipe or a file. */
  readonly screen?: Screen | undefined;
  /** Asks whoever sits there, and gives whether they said yes; undefined where nobody can answer. */
  readonly ask?: ((question: string) => Promise<boolean>) | undefined;
}

/** The time that a command goes by. */
export function timeOf({ now = () => new Date() }: Terminal): Date {
  return now();
}

/** The size of a terminal, which changes when its window does. */
export interface Screen {
  columns(): number;
  rows(): number;
}

/** What a command has found, in both forms that it can be printed in. */
export interface Report {
  /** Whether all is well: exit code 0, else 1. */
  readonly isOk: boolean;
  /** For people. Ends without a newline; nothing is printed where it is empty. */
  readonly text: string;
  /** For programs, printed as JSON. Its fields are kept from version to version. */
  readonly value: unknown;
}

/** How a command was called. */
export interface Invocation<Options = object> {
  readonly args: readonly string[];
  /** What commander made of the flags that `declare` gave it. */
  readonly options: Options;
  readonly output: OutputFormat;
  readonly terminal: Terminal;
}

/** What `--output` can be. */
export type OutputFormat = "text" | "json";

/** One command: a file of its own, and a row in `commands.ts`. */
export interface CliCommand {
  /** Makes its name, description, arguments and flags; `--output` and `--help` are every command's. */
  declare(): Command;
  /** Goes on telling what it sees: with `json`, one value a line, its report or error the last. */
  readonly isStream?: true;
  /**
   * Does the work and gives what there is to print; with `json` only a stream
   * writes to `out` by itself.
   *
   * @throws CliError for whoever typed the command; anything else ends with exit code 1.
   */
  run(invocation: Invocation): Promise<Report>;
}

const DESCRIPTION = [
  "For whoever writes or runs a cert-manager issuer.",
  "Exit codes: 0 all is well, 1 a problem was found or something failed, 2 wrong usage.",
].join("\n\n");

const HINT = "Add --help to see what there is.";

/**
 * Runs a command line and gives its exit code. Prints the command's report, or the error: as a
 * sentence on `err` and, with `--output json`, as `{ "error": { code, message } }` on `out`, so that
 * a program always reads one JSON document.
 */
export async function runCli(
  commands: readonly CliCommand[],
  args: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const program = new Command("countersign").description(DESCRIPTION);
  for (const command of commands) {
    const declared = command.declare();
    const act = async (): Promise<void> => {
      const { output, ...options } = declared.opts<{ output: OutputFormat }>();
      const invocation = { args: declared.args, options, output, terminal };
      exitCode = await print(invocation, command);
    };
    program.addCommand(declared.addOption(outputOption()).action(act));
  }
  for (const each of [program, ...program.commands]) configure(each, terminal);
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    // commander has said it already, help included.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

function configure(command: Command, terminal: Terminal): void {
  command
    .allowExcessArguments(false)
    .showHelpAfterError(HINT)
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
    })
    .exitOverride();
}

function outputOption(): Option {
  return new Option("-o, --output <format>", "how to print the result")
    .choices(["text", "json"] satisfies OutputFormat[])
    .default("text");
}

async function print(invocation: Invocation, command: CliCommand): Promise<ExitCode> {
  const { output, terminal } = invocation;
  const json = (value: unknown): string =>
    `${JSON.stringify(value, null, command.isStream ? 0 : 2)}\n`;
  try {
    const { isOk, text, value } = await command.run(invocation);
    if (output === "json") terminal.out(json(value));
    else if (text !== "") terminal.out(`${printable(text)}\n`);
    return isOk ? 0 : 1;
  } catch (error) {
    // Its causes are for whoever debugs this program.
    const message = error instanceof CliError ? error.message : messageOf(error);
    terminal.err(`${printable(message)}\n`);
    const code = error instanceof CliError ? error.code : "ERR_CLI_FAILED";
    if (output === "json") terminal.out(json({ error: { code, message } }));
    return exitCodeOf(error);
  }
}
