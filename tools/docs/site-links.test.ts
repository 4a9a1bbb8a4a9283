import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { siteLinks } from "./site-links.ts";

const SITE = {
  pageOf: (path: string) => ({ "docs/errors.md": "errors.md", "README.md": "index.md" })[path],
  isFile: (path: string) => path === "test/a.test.ts",
};

describe("siteLinks()", () => {
  const rows: [rule: string, text: string, linked: string][] = [
    ["a page", "[errors](../errors.md)", "[errors](/errors.md)"],
    ["a place in a page", "[errors](../errors.md#there)", "[errors](/errors.md#there)"],
    ["a page that lies elsewhere", "[home](../../README.md)", "[home](/index.md)"],
    [
      "a file of the repository",
      "[`decide()`](../../test/a.test.ts)",
      '[`decide()`](/source/test/a.test.ts.html){target="_self"}',
    ],
    ["a folder", "see [the tests](../../test/) there", "see the tests there"],
    ["somebody else's page", "[x](https://example.com/a.md)", "[x](https://example.com/a.md)"],
    ["a place in the page itself", "[x](#there)", "[x](#there)"],
    ["a link in a block of code", "```md\n[x](../errors.md)\n```", "```md\n[x](../errors.md)\n```"],
    ["a link in code", "`[x](../errors.md)`", "`[x](../errors.md)`"],
  ];
  for (const [rule, text, linked] of rows) {
    it(`knows ${rule}`, () =>
      assert.equal(siteLinks("docs/how-to/page.md", text, SITE).text, linked));
  }

  it("names each file of the repository once", () => {
    const text = "[a](../../test/a.test.ts) [b](../../test/a.test.ts) [c](../errors.md)";
    assert.deepEqual(siteLinks("docs/how-to/page.md", text, SITE).sources, ["test/a.test.ts"]);
  });
});
