import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, closeSync, constants, openSync, rmSync } from "node:fs";
import { isAbsolute } from "node:path";
import { onJsonLines } from "./json-lines.ts";
import { logPath, readLogTail } from "./log-tail.ts";
import { parentDeathWrapper } from "./parent-death.ts";
import type { Command, Report } from "./protocol.ts";

interface Child {
  readonly process: ChildProcess;
  readonly graceMs: number;
  readonly closed: Promise<void>;
}

/** A writer of the folder can be a few milliseconds behind its SIGKILL. */
const REMOVE = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 } as const;

/** Tells the parent. */
export function report(line: Report): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/**
 * Holds a folder and processes, as a parent commands, until the commands end.
 *
 * Its children stay in the process group that this process leads, so whoever knows its process id
 * can end the lot.
 */
export class Supervision {
  readonly #dir: string;
  readonly #children = new Map<number, Child>();
  readonly #withParentDeath = parentDeathWrapper();
  #isEnding = false;

  constructor(dir: string) {
    this.#dir = dir;
  }

  begin(): void {
    const end = () => void this.#end(); // #end() catches everything itself
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, end);
    onJsonLines<Command>(process.stdin, {
      onLine: (command) => this.#obey(command),
      onEnd: end,
    });
    report({ event: "ready", dir: this.#dir });
  }

  #obey(command: Command): void {
    if (this.#isEnding) return;
    if (command.do === "start") this.#start(command);
    else this.#children.get(command.id)?.process.kill(command.signal);
  }

  #start(command: Command & { do: "start" }): void {
    const { id, name, env, graceMs } = command;
    const log = logPath(this.#dir, name);
    const output = openSync(log, "a", 0o600);
    try {
      if (isAbsolute(command.command)) accessSync(command.command, constants.X_OK);
      const line = this.#withParentDeath(command);
      const child = spawn(line.command, line.args, {
        env: { ...env },
        stdio: ["ignore", output, output],
        ...(command.cwd !== null && { cwd: command.cwd }),
      });
      const closed = new Promise<void>((resolve) => {
        child.once("error", (error) => {
          report({ event: "failed", id, message: error.message });
          resolve();
        });
        child.once("exit", (code, signal) => {
          report({ event: "exited", id, code, signal, log: readLogTail(log) });
          resolve();
        });
      }).finally(() => this.#children.delete(id));
      this.#children.set(id, { process: child, graceMs, closed });
      if (child.pid !== undefined) report({ event: "started", id, pid: child.pid });
    } catch (error) {
      report({ event: "failed", id, message: (error as Error).message });
    } finally {
      closeSync(output);
    }
  }

  async #end(): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    // For the children's own children, which nobody here knows by name.
    process.kill(-process.pid, "SIGTERM");
    await Promise.all([...this.#children.values()].map(endChild));
    try {
      rmSync(this.#dir, REMOVE);
    } finally {
      // Whatever of the group is left, and this process with it.
      process.kill(-process.pid, "SIGKILL");
    }
  }
}

/** A child with a grace has its SIGTERM already: the whole group got it. */
async function endChild({ process: child, graceMs, closed }: Child): Promise<void> {
  if (graceMs === 0) {
    child.kill("SIGKILL");
    return closed;
  }
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
  // A stopped process (SIGSTOP) takes SIGTERM only once it continues.
  child.kill("SIGCONT");
  await closed;
  clearTimeout(timer);
}
