import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readTutorialBlocks } from "./tutorial-blocks.ts";

function block(words: string, ...lines: string[]): string {
  return [`\`\`\`${words}`, ...lines, "```", ""].join("\n");
}

describe("readTutorialBlocks()", () => {
  it("tells of each block of commands where it stands, and what is to be done with it", () => {
    const text = `# One\n\n${block("sh", "a", "b")}\n## Two\n\n${block("yaml", "# Three")}${block("sh elsewhere", "c")}`;
    assert.deepEqual(readTutorialBlocks(text), [
      { section: "One", line: 3, use: "run", text: "a\nb" },
      { section: "Two", line: 13, use: "elsewhere", text: "c" },
    ]);
  });

  for (const words of ["", "bash", "sh runs", "shell", "console"]) {
    it(`refuses a block of ${words || "nothing"}, which nobody would run`, () => {
      assert.throws(() => readTutorialBlocks(block(words, "a")), /Cannot run block of line 1: /);
    });
  }

  it("refuses a block without an end", () => {
    assert.throws(() => readTutorialBlocks("```sh\na\n"), /line 1: it is sh, without an end/);
  });
});
