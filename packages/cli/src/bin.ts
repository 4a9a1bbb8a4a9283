#!/usr/bin/env node
// Any Node from 12 on can read what is compiled of this file, which imports nothing until it has said
// that a Node is too old.

const OLDEST = [22, 19] as const;

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) {
  // What goes wrong in the program it says itself; what is left is a broken installation.
  import("./main.ts").then(
    ({ main }) => main(process.argv.slice(2)),
    (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
} else {
  console.error(
    `Cannot run countersign: this Node is ${process.versions.node}, must be ${OLDEST.join(".")} ` +
      "or newer. Install one from https://nodejs.org, and run the command again",
  );
  process.exitCode = 2;
}
