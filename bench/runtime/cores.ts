/** Cores of their own for who is measured and for the servers, on Linux with util-linux's taskset. */
import { readFile } from "node:fs/promises";
import { runCommand } from "../../tools/command.ts";
import type { Contender } from "./contender.ts";

/** Two halves of the cores that this process may run on, as taskset reads them: `0,1`. */
export interface Halves {
  readonly servers: string;
  readonly contender: string;
}

/** Divides the cores of this process; undefined where it has one alone, or none can be assigned. */
export async function findHalves(): Promise<Halves | undefined> {
  try {
    const status = await readFile("/proc/self/status", "utf8");
    await runCommand(["taskset", "--version"]);
    return halvesOf(readCores(/^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? ""));
  } catch {
    return undefined;
  }
}

/** The numbers of a list of the kernel's: `0-2,5`. */
export function readCores(list: string): number[] {
  return list.split(",").flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** The servers have the odd one: they do most of the work. */
export function halvesOf(cores: readonly number[]): Halves | undefined {
  if (cores.length < 2) return undefined;
  const middle = Math.ceil(cores.length / 2);
  return {
    servers: cores.slice(0, middle).join(","),
    contender: cores.slice(middle).join(","),
  };
}

/** Keeps this process and all that it starts on some cores, until it is disposed of. */
export async function keepOn(
  cores: string,
  { servers, contender }: Halves,
): Promise<AsyncDisposable> {
  await assign(cores);
  return { [Symbol.asyncDispose]: () => assign(`${servers},${contender}`) };
}

/** A contender that runs on cores of its own, wherever it is started from. */
export function onCores(cores: string, contender: Contender): Contender {
  const { command, args } = contender;
  return { ...contender, command: "taskset", args: ["--cpu-list", cores, command, ...args] };
}

/** All threads of this process: those that Node has started already, and V8's among them. */
async function assign(cores: string): Promise<void> {
  const command = ["taskset", "--all-tasks", "--cpu-list", "--pid", cores, String(process.pid)];
  const { isOk, output } = await runCommand(command);
  if (!isOk) throw new Error(`Cannot keep to cores ${cores}: ${output}`);
}
