#!/usr/bin/env node
// Any Node from 12 on can read what is compiled of this file, which imports nothing until it knows the
// Node. The program needs a newer one: where this is too old, the one that is installed beside it goes
// on, as the lock of this package's version names it.

const OLDEST = [22, 19] as const;

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) {
  import("./main.ts").then(
    ({ main }) => main(process.argv.slice(2)),
    (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
} else {
  import("./installed-node.ts").then(
    ({ runOnInstalledNode }) => end(runOnInstalledNode(process.argv.slice(1))),
    () => end(undefined), // too old even for that
  );
}

function end(exitCode: number | undefined): void {
  if (exitCode === undefined) {
    console.error(
      `Cannot run create-countersign: this Node is ${process.versions.node}, must be ` +
        `${OLDEST.join(".")} or newer. Install one from https://nodejs.org, and run the command again`,
    );
  }
  process.exitCode = exitCode === undefined ? 2 : exitCode;
}
