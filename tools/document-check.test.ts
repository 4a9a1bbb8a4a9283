import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkDocument } from "./document-check.ts";

const SOURCES: Readonly<Record<string, string>> = {
  "src/decide.ts": [
    "/** Says function decideOpen() and Writer.erase. */",
    "export function decide(): void {}",
    "export class Writer {",
    "  readonly #held = 1;",
    "  async write(): Promise<void> {}",
    "}",
    "export const kind: Kind = {",
    "  phaseOf,",
    "};",
  ].join("\n"),
  "src/decide.test.ts": [
    '// it("was a test")',
    'const ROWS = [["a denied request", "No: \\"x\\" is 7, must be 8."], [404]];',
    'it("signs what is open");',
    "const single = 'in single quotes';",
    "it(`leaves $" + "{rule} alone, answered with $" + "{status}`);",
  ].join("\n"),
  "docs/other.md": "",
};

const FILES = {
  exists: (path: string) => path in SOURCES,
  read: (path: string) => SOURCES[path] ?? "",
};

function problems(text: string, claims?: "proof" | "messages"): string[] {
  const document = { path: "docs/guide.md", text, ...(claims && { claims }) };
  return checkDocument(document, FILES);
}

const TEST = "[decide.test.ts](../src/decide.test.ts)";

describe("checkDocument()", () => {
  const right: [rule: string, text: string][] = [
    ["a function", "[`decide()`](../src/decide.ts)"],
    ["a method", "[`Writer.write()`](../src/decide.ts)"],
    ["a private field", "[`Writer.#held`](../src/decide.ts)"],
    ["a member that an object takes from elsewhere", "[`kind.phaseOf`](../src/decide.ts)"],
    ["a test", `${TEST} › “signs what is open”`],
    ["several tests", `${TEST} › “signs what is open”, “a denied request”`],
    ["the row of a table of tests", `${TEST} › “a denied request”`],
    ["a title made of rows", `${TEST} › “leaves a denied request alone, answered with 404”`],
    ["a title that another file completes", `${TEST} › “leaves … alone, answered with 404”`],
    ["a document, a place in it included", "[other](other.md#there)"],
    ["somebody else's page", "[page](https://example.com/nowhere.ts) and [mail](mailto:a@b)"],
    ["a place in itself", "[below](#below)"],
    ["what stands in a block of code", "```md\n[x](nowhere.md)\n```"],
  ];
  for (const [rule, text] of right) {
    it(`finds nothing wrong with ${rule}`, () => assert.deepEqual(problems(text, "proof"), []));
  }

  const wrong: [text: string, problem: string][] = [
    ["[gone](../src/gone.ts)", "src/gone.ts does not exist (link gone)"],
    ["[`decideOpen()`](../src/decide.ts)", "src/decide.ts declares no decideOpen()"],
    ["[`Writer.erase()`](../src/decide.ts)", "src/decide.ts declares no Writer.erase()"],
    ["[`Write`](../src/decide.ts)", "src/decide.ts declares no Write"],
    [
      "[decide.ts](../src/decide.ts)",
      "the link to src/decide.ts names no symbol: make it [`symbol`](…)",
    ],
    [TEST, "the link to src/decide.test.ts names no test: add › “its title”"],
    [`${TEST} › “signs what is”`, "src/decide.test.ts has no test “signs what is”"],
    [`${TEST} › “was a test”`, "src/decide.test.ts has no test “was a test”"],
    [`${TEST} › “signs what is open”, “and more”`, "src/decide.test.ts has no test “and more”"],
    [
      `${TEST} › “leaves nobody alone, answered with 404”`,
      "src/decide.test.ts has no test “leaves nobody alone, answered with 404”",
    ],
    [
      `${TEST} › “leaves a denied request alone, answered with 40”`,
      "src/decide.test.ts has no test “leaves a denied request alone, answered with 40”",
    ],
  ];
  for (const [text, problem] of wrong) {
    it(`tells of ${text}`, () =>
      assert.deepEqual(problems(text, "proof"), [`docs/guide.md: ${problem}`]));
  }

  it("asks of a document that claims nothing only that its links hold", () => {
    assert.deepEqual(problems(`${TEST} and [the file](../src/decide.ts)`), []);
    assert.equal(problems(`${TEST} › “gone”`).length, 1);
    assert.equal(problems("[gone](gone.md)").length, 1);
  });

  it("looks for a message in the test files that its row links", () => {
    const row = (message: string, tests = TEST): string => `| \`${message}\` | ${tests} |`;
    assert.deepEqual(problems(row('No: "<name>" is <value>, must be 8.'), "messages"), []);
    assert.deepEqual(problems(row("in single <quotes>"), "messages"), []);
    for (const text of [
      row('No: "<name>" was <value>'),
      row("signs what is open", "[other](other.md)"),
      row("was a test"),
    ]) {
      assert.match(problems(text, "messages").join(), /no test that the row names holds the whole/);
    }
  });
});
