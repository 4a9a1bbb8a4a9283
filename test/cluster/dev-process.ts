import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { poll } from "@countersign/testing";
import { ROOT } from "../../tools/command.ts";

const CLI = join(ROOT, "packages/cli/src/bin.ts");

/** Far longer than anything takes. */
const TIMEOUT_MS = 120_000;

/** One line of `countersign dev --output json`. */
export type DevLine = Readonly<Record<string, unknown>>;

/** A running `countersign dev`, with a temporary folder of its own for all that it starts. */
export class DevProcess {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #exited: Promise<number | null>;
  readonly #groups = new Set<number>();
  #out = "";
  #err = "";

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    this.#exited = once(child, "close").then(([code]) => code as number | null);
    child.stdout?.on("data", (chunk: Buffer) => {
      this.#out += chunk.toString("utf8");
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      this.#err += chunk.toString("utf8");
    });
  }

  /** Starts it in a folder, whose `tmp` it is given for temporary files. */
  static async start(cwd: string, args: readonly string[]): Promise<DevProcess> {
    const folder = join(cwd, "tmp");
    await mkdir(folder, { recursive: true });
    const command = ["--conditions=@countersign/source", CLI, "dev", ...args];
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const child = spawn(process.execPath, command, {
      cwd,
      env: { ...env, TMPDIR: folder },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return new DevProcess(child, folder);
  }

  get out(): string {
    return this.#out;
  }

  get err(): string {
    return this.#err;
  }

  /** Its lines so far, for one that was started with `--output json`. */
  lines(): DevLine[] {
    const whole = this.#out.slice(0, this.#out.lastIndexOf("\n") + 1);
    return whole
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as DevLine);
  }

  /** Waits for a line of a type whose text matches, after the first `from` lines. */
  async line(type: string, text: RegExp, from = 0): Promise<DevLine> {
    return poll(
      `a line ${type} with ${text}; it printed ${this.#out.slice(-2_000)}${this.#err}`,
      async () => {
        const found = this.lines()
          .slice(from)
          .find((line) => line.type === type && text.test(JSON.stringify(line)));
        assert.ok(found !== undefined || this.#child.exitCode === null, this.#out + this.#err);
        return found;
      },
      { timeoutMs: TIMEOUT_MS },
    );
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Waits until it ends by itself, and gives its exit code. */
  async ended(): Promise<number | null> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), TIMEOUT_MS);
    try {
      return await this.#exited;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * The processes that it runs: those with its temporary folder in their command line, and whatever
   * else is in their process group, also later.
   */
  processes(): string[] {
    const table = execFileSync("ps", ["-A", "-ww", "-o", "pgid=,args="], { encoding: "utf8" });
    const rows = table.split("\n").map((line) => ({ line, group: Number.parseInt(line, 10) }));
    for (const { line, group } of rows) {
      if (line.includes(this.#folder)) this.#groups.add(group);
    }
    return rows.filter(({ group }) => this.#groups.has(group)).map(({ line }) => line);
  }

  async assertNothingIsLeft(): Promise<void> {
    assert.deepEqual(await readdir(this.#folder), []);
    assert.deepEqual(this.processes(), []);
  }

  /** For the end of a test, whatever it has come to. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }
}
