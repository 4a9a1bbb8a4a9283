import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { poll } from "@countersign/testing";

/** Where a command of npm's may take minutes on a cold or busy machine. */
const COMMAND_TIMEOUT_MS = 170_000;

/** How long a command that is to end may take: far longer than it does. */
const END_TIMEOUT_MS = 60_000;

/** What commands run in. */
export interface Shell {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Runs what somebody types, up to the first command that fails.
 *
 * @returns what it printed, and the exit code
 */
export async function type(
  text: string,
  { cwd, env }: Shell,
): Promise<{ exitCode: number; output: string }> {
  const settings = { cwd, env, timeout: COMMAND_TIMEOUT_MS, maxBuffer: 2 ** 26 };
  const shell = ["--norc", "-euo", "pipefail", "-c", text];
  try {
    const { stdout, stderr } = await promisify(execFile)("bash", shell, settings);
    return { exitCode: 0, output: stdout + stderr };
  } catch (error) {
    const {
      stdout = "",
      stderr = "",
      code,
      signal,
    } = error as {
      stdout?: string;
      stderr?: string;
      code?: unknown;
      signal?: string | null;
    };
    const output = `${stdout}${stderr}`;
    if (typeof code !== "number") throw new Error(`${text} ended by ${signal}\n${output}`);
    return { exitCode: code, output };
  }
}

/** A command that goes on, in a terminal of its own. */
export class Terminal implements AsyncDisposable {
  readonly #command: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #output = "";

  /** In a process group of its own, as a terminal's foreground job is. */
  constructor(command: string, { cwd, env }: Shell) {
    this.#command = command;
    this.#child = spawn("bash", ["--norc", "-c", `exec ${command}`], { cwd, env, detached: true });
    this.#ended = once(this.#child, "close");
    // Whoever ends it hears of it.
    this.#ended.catch(() => {});
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
      });
    }
  }

  /** Waits until it has printed something, and gives all that it has printed. */
  async said(wanted: RegExp): Promise<string> {
    const seen = await poll(
      `${this.#command} to say ${wanted}; it said ${this.#output}`,
      async () => {
        if (wanted.test(this.#output)) return { is: "said" };
        return this.#hasEnded ? { is: "ended" } : undefined;
      },
      { timeoutMs: COMMAND_TIMEOUT_MS },
    );
    if (seen.is === "said") return this.#output;
    throw new Error(`${this.#command} ended and did not say ${wanted}:\n${this.#output}`);
  }

  /** Ends the one process that was started, and waits until all that it has started has ended. */
  async terminate(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#gone();
  }

  /** Ends it as Ctrl-C does: every process of the terminal gets the signal. */
  async interrupt(): Promise<void> {
    this.#killGroup("SIGINT");
    await this.#gone();
  }

  async #gone(): Promise<void> {
    const what = `every process of ${this.#command} to end`;
    await poll(what, async () => !this.#killGroup(0) || undefined, { timeoutMs: END_TIMEOUT_MS });
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#killGroup("SIGKILL");
    await this.#ended;
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #killGroup(signal: NodeJS.Signals | 0): boolean {
    const { pid } = this.#child;
    try {
      return pid !== undefined && process.kill(-pid, signal);
    } catch {
      return false; // there is none any more
    }
  }
}
