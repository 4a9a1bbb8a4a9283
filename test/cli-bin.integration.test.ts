import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ROOT, runCommand } from "../tools/command.ts";

const BIN = join(ROOT, "packages/cli/src/bin.ts");

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

describe("the compiled programs", () => {
  for (const name of ["cli", "create"]) {
    it(`${name}: an old Node can read it, for it has no newer syntax and imports nothing at first`, async () => {
      const source = `packages/${name}/src/bin.ts`;
      const compiled = await compile(source, "es2024");
      assert.match(compiled, /^#!\/usr\/bin\/env node\n/);
      assert.doesNotMatch(compiled, /^(import|export) [^{]|^import\b(?!\()|\brequire\b/m);
      // What Node 12 has; import() is not among what a target changes.
      assert.equal(compiled, await compile(source, "es2019"));
    });
  }
});

async function compile(source: string, target: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-bin-"));
  try {
    const flags = ["--ignoreConfig", "--noCheck", "--module", "nodenext", "--target", target];
    const out = ["--rewriteRelativeImportExtensions", "--outDir", folder];
    const { isOk, output } = await runCommand(["tsc", ...flags, ...out, source]);
    assert.ok(isOk, output);
    const files = await readdir(folder, { recursive: true });
    const file = files.find((each) => each.endsWith("bin.js"));
    assert.ok(file !== undefined, files.join());
    return await readFile(join(folder, file), "utf8");
  } finally {
    await rm(folder, { recursive: true });
  }
}
