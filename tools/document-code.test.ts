import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { moduleOf, readCodeBlocks } from "./document-code.ts";

const DOCUMENT = `# Title

<!-- setup
import { pending } from "@countersign/issuer";
function sign() {
  …
}
-->

\`\`\`ts
return pending();
\`\`\`

\`\`\`sh runnable
npm test
\`\`\`

1. A list:

   \`\`\`ts
   const a = 1;
     const b = 2;
   \`\`\`

<!-- setup
const forgotten = 1;
-->

Some words between.

\`\`\`\`md
\`\`\`ts
const inside = "a block that shows a block";
\`\`\`
\`\`\`\`
`;

describe("readCodeBlocks()", () => {
  const blocks = readCodeBlocks("docs/page.md", DOCUMENT);

  it("reads language, marks and line of each block, and no block inside another", () => {
    assert.deepEqual(
      blocks.map(({ language, marks, line }) => [language, marks, line]),
      [
        ["ts", [], 10],
        ["sh", ["runnable"], 14],
        ["ts", [], 20],
        ["md", [], 31],
      ],
    );
  });

  it("takes the indent of a block in a list away", () => {
    assert.equal(blocks[2]?.text, "const a = 1;\n  const b = 2;");
  });

  it("gives a setup to the block that follows it, and to no other", () => {
    const setups = blocks.map(({ setup }) => setup !== undefined);
    assert.deepEqual(setups, [true, false, false, false]);
  });
});

describe("moduleOf()", () => {
  it("puts setup and block on the lines of the document", () => {
    const [block] = readCodeBlocks("docs/page.md", DOCUMENT);
    assert.ok(block);
    const lines = moduleOf(block).split("\n");
    const document = DOCUMENT.split("\n");
    for (const at of [3, 4, 10]) assert.equal(lines[at], document[at]);
    assert.equal(lines[11], "}");
    assert.equal(lines[5], "");
  });

  it("is a module also where the block imports and exports nothing", () => {
    const [block] = readCodeBlocks("page.md", "```ts\nawait 1;\n```\n");
    assert.ok(block);
    assert.equal(moduleOf(block), "\nawait 1;\n\nexport {};\n");
  });
});
