import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "../tools/command.ts";

const BIN = join(ROOT, "packages/cli/bin/countersign.cjs");

/** Loaded before the program: it takes this Node for another one. */
const OLD = "Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } })";

function run(nodeArgs: readonly string[], args: readonly string[]) {
  const all = ["--conditions=@countersign/source", ...nodeArgs, BIN, ...args];
  return spawnSync(process.execPath, all, { encoding: "utf8", timeout: 60_000 });
}

describe("the program countersign", () => {
  it("says in one sentence that a Node is too old, before it imports anything", () => {
    const { status, stderr, stdout } = run([`--import=data:text/javascript,${OLD}`], ["--help"]);
    assert.equal(
      stderr,
      "Cannot run countersign: this Node is 20.20.2, must be 22.19 or newer. Install one from https://nodejs.org, and run the command again\n",
    );
    assert.deepEqual([status, stdout], [2, ""]);
  });

  it("lists its commands, and gives an exit code", () => {
    const help = run([], ["--help"]);
    for (const command of ["sign", "explain", "doctor"]) {
      assert.match(help.stdout, new RegExp(`^ {2}${command} `, "m"));
    }
    assert.equal(help.status, 0);
    const wrong = run([], ["explain", "secret", "x"]);
    assert.equal(wrong.status, 2);
    assert.match(wrong.stderr, /^Cannot explain secret: /);
  });
});
