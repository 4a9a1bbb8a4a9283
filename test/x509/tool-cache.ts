/** Keeps the tools that these tests judge with in the user's cache: built or installed once. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { type Supervisor, startSupervisor } from "@countersign/testing";

export interface ToolRecipe {
  /** Begins the name of the cache entry. */
  readonly name: string;
  /** The folder whose files say what the tool is, and in which the steps run. */
  readonly sources: string;
  /** Commands, run one after another, that fill the folder `out`. */
  readonly steps: (out: string) => readonly ToolStep[];
}

export interface ToolStep {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Returns the folder of a tool, making it first where it is not there.
 *
 * An entry appears complete, by a rename; of two runs side by side both make it and one is kept. What
 * making it runs ends with this process.
 *
 * @throws Error with the last lines of what failed.
 */
export async function toolFolder(recipe: ToolRecipe): Promise<string> {
  const entry = join(cacheFolder(), entryName(recipe));
  if (existsSync(entry)) return entry;
  await mkdir(cacheFolder(), { recursive: true, mode: 0o700 });
  await using supervisor = await startSupervisor({ dir: `${entry}.${process.pid}` });
  const out = join(supervisor.dir, "out");
  await mkdir(out);
  for (const step of recipe.steps(out)) await run(recipe, { step, supervisor });
  await rename(out, entry).catch((error: unknown) => {
    if (!existsSync(entry)) throw error;
  });
  await rm(out, { recursive: true, force: true });
  return entry;
}

function cacheFolder(): string {
  const { XDG_CACHE_HOME: xdg, HOME: home = homedir() } = process.env;
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(home, ".cache");
  return join(base, "countersign", "tools");
}

/** It changes with what the tool is made of and how. */
function entryName({ name, sources, steps }: ToolRecipe): string {
  const how = JSON.stringify([process.platform, process.arch, steps("out")]);
  const hash = createHash("sha256").update(how);
  for (const file of readdirSync(sources).sort()) {
    hash.update(`\0${file}\0`).update(readFileSync(join(sources, file)));
  }
  return `${name}-${hash.digest("hex").slice(0, 8)}`;
}

async function run(
  { name, sources }: ToolRecipe,
  { step, supervisor }: { step: ToolStep; supervisor: Supervisor },
): Promise<void> {
  const { command, args, env } = step;
  const started = await supervisor.startProcess({
    name,
    command,
    args,
    cwd: sources,
    env: { ...process.env, TMPDIR: supervisor.dir, ...env },
  });
  const { code, signal, log } = await started.exited;
  if (code === 0) return;
  const lines = log.slice(-20).join("\n");
  throw new Error(
    `Cannot make ${name}: ${command} ${args[0]} ended with ${code ?? signal}, must end with 0\n${lines}`,
  );
}
