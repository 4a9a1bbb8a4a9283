/** A foreign program that is asked a JSON object a line and answers each with another. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export class Judge implements Disposable {
  readonly #child: ChildProcess;
  readonly #waiting: PromiseWithResolvers<string>[] = [];
  #failure: Error | undefined;

  constructor(child: ChildProcess) {
    this.#child = child;
    if (child.stdout === null) throw new TypeError("Cannot ask a program without stdout");
    createInterface(child.stdout).on("line", (line) => this.#waiting.shift()?.resolve(line));
    // Writing to a program that has ended: "close" says so.
    child.stdin?.on("error", () => {});
    child.once("error", (error) => this.#fail(error));
    child.once("close", (code) => this.#fail(new Error(`The program ended with ${code}`)));
  }

  /** Asks and returns the answer, of whatever form the program gives. */
  async ask<Answer>(question: object): Promise<Answer> {
    if (this.#failure) throw this.#failure;
    const waiting = Promise.withResolvers<string>();
    this.#waiting.push(waiting);
    this.#child.stdin?.write(`${JSON.stringify(question)}\n`);
    return JSON.parse(await waiting.promise) as Answer;
  }

  /** The program ends at the end of its input, and so it does when this process is gone. */
  [Symbol.dispose](): void {
    this.#child.stdin?.end();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

export function startJudge(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Judge {
  return new Judge(
    spawn(command, args, {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, ...env },
    }),
  );
}
