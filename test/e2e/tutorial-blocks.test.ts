import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readTutorialBlocks } from "./tutorial-blocks.ts";

function block(words: string, ...lines: string[]): string {
  return [`\`\`\`${words}`, ...lines, "```", ""].join("\n");
}

describe("readTutorialBlocks()", () => {
  it("tells of each block of commands where it stands, and what is to be done with it", () => {
    const text = `# One\n\n${block("sh", "a", "b")}\n${block("yaml", "x: y")}${block("sh elsewhere", "c")}`;
    assert.deepEqual(readTutorialBlocks("README.md", text), [
      { line: 3, use: "run", text: "a\nb" },
      { line: 11, use: "elsewhere", text: "c" },
    ]);
  });

  for (const words of ["", "bash", "sh runs", "sh runnable", "console"]) {
    it(`refuses a block of ${words || "nothing"}, which nobody would run`, () => {
      const read = () => readTutorialBlocks("README.md", block(words, "a"));
      assert.throws(read, /Cannot run README\.md:1: it is /);
    });
  }
});
