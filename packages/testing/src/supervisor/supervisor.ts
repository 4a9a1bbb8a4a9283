/** The parent's side of the supervisor: starts it, and processes under it. */
import { type ChildProcess, spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TestingError } from "../testing-error.ts";
import { onJsonLines } from "./json-lines.ts";
import { logPath, readLogTail } from "./log-tail.ts";
import type { Command, ProcessExit, Report, SupervisorSettings } from "./protocol.ts";

/** What to run. */
export interface ProcessOptions {
  /** Names the log file, `<dir>/logs/<name>.log`: a second process of a name goes on writing to it. */
  readonly name: string;
  readonly command: string;
  readonly args?: readonly string[];
  /** The whole environment of the process. @default this process's own */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** @default this process's own */
  readonly cwd?: string;
  /** How long it may take to end after SIGTERM before SIGKILL follows. @default 0, SIGKILL at once */
  readonly graceMs?: number;
}

/** A process that ends with its supervisor. */
export interface SupervisedProcess {
  readonly name: string;
  readonly pid: number;
  readonly logPath: string;
  /** Settles when the process has ended, and never rejects. */
  readonly exited: Promise<ProcessExit>;
  signal(signal: NodeJS.Signals): void;
  /** Sends SIGTERM, then SIGKILL after the process's grace, and waits for the end. */
  stop(): Promise<ProcessExit>;
  /** The last lines of its output so far. */
  logTail(lines?: number): string[];
}

/** Settings of {@link startSupervisor}. */
export interface SupervisorOptions {
  /** The folder to create. @default a new one in the system's temporary folder */
  readonly dir?: string;
  /** Ends the start; a supervisor that has started is ended with `stop()`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts a supervisor: a process of its own that holds a temporary folder (mode 0700) and runs
 * other processes.
 *
 * Guarantees: when this process ends, however it ends, the supervisor ends every process it runs
 * and removes the folder. When the supervisor itself is killed, its processes are killed too: by
 * this process, and on Linux by the kernel also when this process dies in the same moment. It is
 * in a process group of its own: a terminal's Ctrl-C reaches this process alone.
 *
 * Caveats: Linux and macOS only. It keeps this process running until it is stopped. Where both
 * processes are killed at once, the folder stays; on macOS the processes do too.
 *
 * @throws TestingError `ERR_FOLDER_EXISTS` when the folder asked for is there already,
 * `ERR_SUPERVISOR` when the supervisor cannot be started.
 */
export async function startSupervisor(options: SupervisorOptions = {}): Promise<Supervisor> {
  const { dir, signal } = options;
  signal?.throwIfAborted();
  const settings: SupervisorSettings =
    dir === undefined
      ? { dir: join(tmpdir(), "countersign-"), isPrefix: true }
      : { dir, isPrefix: false };
  // Beside this file, in sources and in the build alike.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const program = fileURLToPath(new URL(`./supervisor-process.${extension}`, import.meta.url));
  const child = spawn(process.execPath, [program, JSON.stringify(settings)], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
    cwd: "/",
    env: supervisorEnv(process.env),
  });
  const supervisor = new Supervisor(child);
  try {
    await supervisor.ready;
    signal?.throwIfAborted();
    return supervisor;
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
}

/** NODE_OPTIONS is the parent's affair: an `--inspect` in it would want the parent's port. */
function supervisorEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...rest } = env;
  return rest;
}

/** What a supervisor that ended without a report about a process says of it. */
const KILLED: ProcessExit = { code: null, signal: "SIGKILL", log: [] };

interface Waiting {
  readonly started: PromiseWithResolvers<number>;
  readonly exited: PromiseWithResolvers<ProcessExit>;
}

/** A running supervisor. Made by {@link startSupervisor}. */
export class Supervisor implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #processes = new Map<number, Waiting>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #lost = new AbortController();
  #dir = "";
  #nextId = 1;
  #isStopping = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    // Nobody may be waiting yet when it fails.
    this.#ready.promise.catch(() => {});
    child.once("error", (error) => this.#fail(error));
    // Not "exit": the last reports come before "close".
    child.once("close", () => void this.#afterExit()); // catches everything itself
    child.stdin?.on("error", () => {}); // the exit tells the same
    if (child.stdout !== null) {
      onJsonLines<Report>(child.stdout, { onLine: (line) => this.#hear(line), onEnd: () => {} });
    }
  }

  /** Settles when the folder is there; rejects when it could not be created. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The folder that is removed in the end. */
  get dir(): string {
    return this.#dir;
  }

  /** Aborts when the supervisor ended without having been asked to. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** @throws TestingError `ERR_PROCESS_START` when there is no such program or no right to run it. */
  async startProcess(options: ProcessOptions): Promise<SupervisedProcess> {
    const { name, command, args = [], env = process.env, cwd = process.cwd() } = options;
    const { graceMs = 0 } = options;
    const id = this.#nextId++;
    const waiting = {
      started: Promise.withResolvers<number>(),
      exited: Promise.withResolvers<ProcessExit>(),
    };
    this.#processes.set(id, waiting);
    if (this.#isOver) this.#release(id);
    else this.#say({ do: "start", id, name, command, args, env: definedOnly(env), cwd, graceMs });
    let pid: number;
    try {
      pid = await waiting.started.promise;
    } catch (error) {
      throw new TestingError(
        "ERR_PROCESS_START",
        `Cannot start ${name}: ${(error as Error).message}`,
      );
    }
    const path = logPath(this.#dir, name);
    const signal = (wanted: NodeJS.Signals) => this.#say({ do: "signal", id, signal: wanted });
    return {
      name,
      pid,
      logPath: path,
      exited: waiting.exited.promise,
      signal,
      stop: () => stopProcess({ signal, exited: waiting.exited.promise }, graceMs),
      logTail: (lines) => readLogTail(path, lines),
    };
  }

  /** Ends every process, removes the folder, and waits until that is done. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#child.stdin?.end();
    await this.#ended.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  get #isOver(): boolean {
    return this.#isStopping || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #say(command: Command): void {
    if (!this.#isOver) this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  #hear(report: Report): void {
    switch (report.event) {
      case "ready":
        this.#dir = report.dir;
        this.#ready.resolve();
        break;
      case "refused":
        this.#refuse(report);
        break;
      case "started":
        this.#processes.get(report.id)?.started.resolve(report.pid);
        break;
      case "failed":
        this.#processes.get(report.id)?.started.reject(new Error(report.message));
        this.#processes.delete(report.id);
        break;
      case "exited": {
        const { id, event: _, ...exit } = report;
        this.#processes.get(id)?.exited.resolve(exit);
        this.#processes.delete(id);
        break;
      }
    }
  }

  #refuse({ code, message }: { code: string; message: string }): void {
    this.#isStopping = true;
    this.#ready.reject(
      new TestingError(
        code === "EEXIST" ? "ERR_FOLDER_EXISTS" : "ERR_SUPERVISOR",
        `Cannot start supervisor: ${message}`,
      ),
    );
  }

  #fail(error: Error): void {
    this.#ready.reject(
      new TestingError("ERR_SUPERVISOR", `Cannot start supervisor: ${error.message}`, {
        cause: error,
      }),
    );
    this.#ended.resolve();
  }

  async #afterExit(): Promise<void> {
    this.#ready.reject(new TestingError("ERR_SUPERVISOR", "Cannot start supervisor: it exited"));
    if (!this.#isStopping) {
      killGroup(this.pid);
      // A file that cannot be removed is no reason to hide that the supervisor is lost.
      if (this.#dir !== "") await rm(this.#dir, REMOVE).catch(() => {});
      this.#lost.abort(
        new TestingError(
          "ERR_SUPERVISOR",
          "Cannot keep processes running: their supervisor was killed",
        ),
      );
    }
    for (const id of this.#processes.keys()) this.#release(id);
    this.#ended.resolve();
  }

  #release(id: number): void {
    const waiting = this.#processes.get(id);
    this.#processes.delete(id);
    waiting?.started.reject(new Error("its supervisor has ended"));
    // Nobody waits for the start of a process that has started.
    waiting?.started.promise.catch(() => {});
    waiting?.exited.resolve(KILLED);
  }
}

const REMOVE = { recursive: true, force: true, maxRetries: 20, retryDelay: 50 } as const;

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // ESRCH: nothing was left of it.
  }
}

function definedOnly(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}

async function stopProcess(
  { signal, exited }: Pick<SupervisedProcess, "signal" | "exited">,
  graceMs: number,
): Promise<ProcessExit> {
  if (graceMs > 0) signal("SIGTERM");
  const timer = setTimeout(() => signal("SIGKILL"), graceMs);
  try {
    return await exited;
  } finally {
    clearTimeout(timer);
  }
}
