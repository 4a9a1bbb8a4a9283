import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ROOT, runCommand } from "./command.ts";
import { readCodeBlocks } from "./document-code.ts";
import { documentPaths } from "./documents.ts";

const BLOCK_TIMEOUT_MS = 120_000;

/** Of the repository's entries, those that a command may not change by what it writes. */
const NOT_LINKED = new Set([".git", "docs"]);

const documents = await Promise.all(
  documentPaths().map(async (path) =>
    readCodeBlocks(path, await readFile(join(ROOT, path), "utf8")),
  ),
);
const blocks = documents
  .flat()
  .filter(({ language, marks }) => language === "sh" && marks.includes("runnable"));

describe("the commands that documents mark runnable", () => {
  let folder: string;

  // A folder with the repository's entries: what a command writes beside them is gone with it.
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "countersign-commands-"));
    for (const name of await readdir(ROOT)) {
      if (!NOT_LINKED.has(name)) await symlink(join(ROOT, name), join(folder, name));
    }
  });

  after(() => rm(folder, { recursive: true }));

  it("are there", () => assert.notEqual(blocks.length, 0));

  for (const { path, line, text } of blocks) {
    it(`run: ${path}:${line}`, async () => {
      const { isOk, output } = await runCommand(["bash", "-euo", "pipefail", "-c", text], {
        cwd: folder,
        timeoutMs: BLOCK_TIMEOUT_MS,
      });
      assert.ok(isOk, output);
    });
  }
});
