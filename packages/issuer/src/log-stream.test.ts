import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { createLogStream } from "./log-stream.ts";

describe("createLogStream()", () => {
  let dir: string;
  let path: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "log-stream-"));
    path = join(dir, "log");
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it("writes a line on its own, and what follows later", async () => {
    const fd = openSync(path, "w");
    const log = createLogStream(fd);
    for (const text of ["one\n", "one\ntwo\n"]) {
      log.write(text.slice(-4));
      while (readFileSync(path, "utf8") !== text) await setTimeout(5);
    }
    closeSync(fd);
  });

  for (const [how, end] of [
    ["ends", ""],
    ["is ended by process.exit()", "process.exit(3);"],
    ["dies of an error", "throw new Error('boom');"],
  ] as const) {
    it(`loses no line when the process ${how}`, () => {
      const module = JSON.stringify(import.meta.resolve("./log-stream.ts"));
      const program = `
        import { createLogStream } from ${module};
        const log = createLogStream(process.stdout.fd);
        for (let line = 1; line <= 500; line += 1) log.write(\`line \${line}\\n\`);
        ${end}`;
      const args = ["--input-type=module", "--eval", program];
      const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
      assert.equal(stdout.split("\n").length, 501);
      assert.ok(stdout.endsWith("line 500\n"));
    });
  }
});
