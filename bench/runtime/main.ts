/** Runs the cases that are asked for. The README says how to read what they print. */
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { resolve } from "node:path";
import { ROOT, runCommand } from "../../tools/command.ts";
import { printStep } from "../../tools/demo/print-step.ts";
import {
  type BenchCase,
  type BenchSetting,
  type CaseResult,
  digits,
  formatBar,
  isWithin,
} from "./bench-case.ts";
import { apart } from "./cases/apart.ts";
import { arriving } from "./cases/arriving.ts";
import { backlog } from "./cases/backlog.ts";
import { foreign } from "./cases/foreign.ts";
import { hanging } from "./cases/hanging.ts";
import { own } from "./cases/own.ts";
import { profile } from "./cases/profile.ts";
import { sharded } from "./cases/sharded.ts";
import { writes } from "./cases/writes.ts";
import { findPeer } from "./find-peer.ts";
import { type BenchOptions, readOptions, USAGE } from "./options.ts";

const CASES: readonly BenchCase[] = [
  backlog,
  apart,
  writes,
  arriving,
  foreign,
  own,
  hanging,
  sharded,
  profile,
];

/** Runs them and returns whether all bars hold. */
async function runBench(options: BenchOptions): Promise<boolean> {
  const { cases: wanted, out } = options;
  const cases = CASES.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  await build();
  const setting: BenchSetting = { ...options, peer: await findPeer(options.peer) };
  const results: Record<string, CaseResult> = {};
  for (const { name, question, run } of cases) {
    console.log(`\n${name}: ${question}\n`);
    results[name] = await run(setting);
    print(results[name]);
    // After each, so that what is measured is kept whatever happens to the next.
    await writeFile(
      resolve(ROOT, out),
      `${JSON.stringify({ ...about(options), results }, null, 2)}\n`,
    );
  }
  return Object.values(results).every(({ bars }) => bars.every(isWithin));
}

/** What is installed is what the packages' builds hold. */
async function build(): Promise<void> {
  const { isOk, output } = await printStep("build the packages", () =>
    runCommand([process.execPath, "tools/build.ts"]),
  );
  if (!isOk) throw new Error(`Cannot build the packages:\n${output}`);
}

function print({ bars, figures }: CaseResult): void {
  console.log();
  for (const bar of bars) console.log(formatBar(bar));
  for (const [name, value] of Object.entries(figures)) {
    console.log(`  ${digits(value).padStart(12)}  ${name}`);
  }
}

function about({ cases: _, out: __, peer, ...setting }: BenchOptions): object {
  const [cpu] = cpus();
  return {
    measured: new Date().toISOString(),
    machine: { cpus: cpus().length, model: cpu?.model, node: process.version },
    setting: { ...setting, peer: peer?.length === 0 ? undefined : (peer?.[0] ?? "bench/peer") },
  };
}

function wrongCase({ cases }: BenchOptions): string | undefined {
  const names = CASES.map(({ name }) => name);
  const wrong = cases.find((name) => !names.includes(name));
  return wrong && `Cannot run: --case is ${wrong}, must be one of ${names.join(", ")}`;
}

async function main(): Promise<void> {
  let options: BenchOptions;
  try {
    options = readOptions(process.argv.slice(2));
    const wrong = wrongCase(options);
    if (wrong !== undefined) throw new TypeError(wrong);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  process.exitCode = (await runBench(options)) ? 0 : 1;
}

await main();
