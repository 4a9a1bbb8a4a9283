#!/usr/bin/env node
"use strict";

// Any Node can read this file. It says that a Node is too old before something that an old one cannot
// read is imported.

const OLDEST = [22, 19];

const version = process.versions.node;
const parts = version.split(".").map(Number);
const isNewEnough = parts[0] > OLDEST[0] || (parts[0] === OLDEST[0] && parts[1] >= OLDEST[1]);

if (isNewEnough) {
  // What goes wrong in the program it says itself; what is left is a broken installation.
  import("countersign").then(
    (cli) => cli.main(process.argv.slice(2)),
    (error) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
} else {
  console.error(
    "Cannot run countersign: this Node is " +
      version +
      ", must be " +
      OLDEST.join(".") +
      " or newer. Install one from https://nodejs.org, and run the command again",
  );
  process.exitCode = 2;
}
