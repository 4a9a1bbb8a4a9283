import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compareTranslation } from "./translation.ts";

const ORIGINAL = `# Title

[中文](README.zh.md)

Call [\`check()\`](a.md) and then \`sign()\`; see [errors](b.md).

- one
- two

| a | b |
|---|---|

\`\`\`sh runnable
npm test # not a heading
\`\`\`

## More
`;

const TRANSLATION = `# 标题

[English](README.md)

参见[错误](b.md)；调用 \`sign()\` 与 [\`check()\`](a.md)。

- 一
- 二

| 甲 | 乙 |
|---|---|

\`\`\`sh runnable
npm test # not a heading
\`\`\`

## 更多
`;

describe("compareTranslation()", () => {
  it("finds nothing where words alone differ, and their order", () =>
    assert.deepEqual(compareTranslation(ORIGINAL, TRANSLATION), []));

  const wrong: [what: string, from: string, to: string, problem: string][] = [
    [
      "a heading of another level",
      "## 更多",
      "### 更多",
      'headings, the original 2; the first that differs is "###", must be "##"',
    ],
    [
      "a heading less",
      "## 更多\n",
      "",
      'it has 1 headings, the original 2; the first that differs is "none", must be "##"',
    ],
    [
      "a heading more",
      "## 更多",
      "## 更多\n## 又",
      'it has 3 headings, the original 2; the first that differs is "##", must be "none"',
    ],
    ["another command", "npm test", "npm run test", "it has 2 lines of code, the original 2"],
    ["another mark of a block", "sh runnable", "sh", "it has 2 lines of code, the original 2"],
    [
      "another link",
      "(b.md)",
      "(c.md)",
      'it has 2 links, the original 2; the first that differs is "c.md", must be "b.md"',
    ],
    ["another name", "`sign()`", "`sing()`", "it has 2 names in code, the original 2"],
    ["a row less", "|---|---|\n", "", "it has 1 rows of tables, the original 2"],
    ["an item less", "- 二\n", "", "it has 1 items of lists, the original 2"],
  ];
  for (const [what, from, to, problem] of wrong) {
    it(`tells of ${what}`, () => {
      const problems = compareTranslation(ORIGINAL, TRANSLATION.replace(from, to));
      assert.equal(problems.length, 1);
      assert.ok(problems.join().includes(problem), problems.join());
    });
  }
});
