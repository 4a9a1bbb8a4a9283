import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./command.ts";
import type { GeneratedFile } from "./generate.ts";

/** What we read of package-lock.json: packages by path, as npm lays them out. */
interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly version?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * The runtime closure of every package, as text beside it: a new dependency is a line in a diff.
 *
 * Versions are the lock's.
 */
export async function dependencyClosures(): Promise<GeneratedFile[]> {
  const lock = JSON.parse(await readFile(join(ROOT, "package-lock.json"), "utf8")) as Lock;
  const folders = Object.keys(lock.packages).filter((path) => /^packages\/[^/]+$/.test(path));
  return folders.sort().map((folder) => {
    const found = new Map<string, string>();
    collect(lock, folder, found);
    const lines = [...found]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, v]) => `${name} ${v}\n`);
    return { path: `${folder}/deps.txt`, content: lines.join("") };
  });
}

function collect(lock: Lock, from: string, found: Map<string, string>): void {
  const { dependencies = {}, optionalDependencies = {} } = lock.packages[from] ?? {};
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    if (found.has(name)) continue;
    const path = resolve(lock, from, name);
    if (path === undefined) continue;
    const locked = lock.packages[path];
    const target = locked?.link === true ? workspaceOf(lock, name) : path;
    found.set(name, lock.packages[target ?? ""]?.version ?? "");
    collect(lock, target ?? path, found);
  }
}

/** Node's way: the nearest node_modules on the way up. */
function resolve(lock: Lock, from: string, name: string): string | undefined {
  for (let folder = from; ; ) {
    const path = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (lock.packages[path] !== undefined) return path;
    if (folder === "") return undefined;
    const cut = folder.lastIndexOf("/");
    folder = cut === -1 ? "" : folder.slice(0, cut);
  }
}

function workspaceOf(lock: Lock, name: string): string | undefined {
  const link = lock.packages[`node_modules/${name}`] as { resolved?: string } | undefined;
  return link?.resolved;
}
