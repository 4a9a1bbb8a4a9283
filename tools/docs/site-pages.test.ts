import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pagesOf, sectionsOf } from "./site-pages.ts";

describe("pagesOf()", () => {
  const rows: [source: string, page: string | undefined][] = [
    ["README.md", "index.md"],
    ["README.zh.md", "zh/index.md"],
    ["docs/errors.md", "errors.md"],
    ["docs/decisions/docs-site.md", "decisions/docs-site.md"],
    ["examples/sample-issuer/README.md", "tutorial.md"],
    ["packages/x509/README.md", "packages/x509.md"],
    ["bench/README.md", "bench.md"],
    ["test/notes.md", undefined],
  ];
  for (const [source, page] of rows) {
    it(`makes of ${source} ${page ?? "nothing"}`, () =>
      assert.deepEqual(pagesOf([source]), page === undefined ? [] : [{ source, page }]));
  }
});

describe("sectionsOf()", () => {
  const sections = [
    { title: "First", pages: ["b.md", "folder/"] },
    { title: "Second", pages: ["folder/x.md", "a.md"] },
    { title: "Empty", pages: ["gone.md"] },
    { title: "Rest", pages: ["/"] },
  ];

  it("keeps the order of a section, and that of names in a folder", () => {
    const [first] = sectionsOf(["folder/z.md", "folder/x.md", "b.md"], sections);
    assert.deepEqual(first?.pages, ["b.md", "folder/x.md", "folder/z.md"]);
  });

  it("shows each page once, in the first section that names it, and no empty section", () => {
    assert.deepEqual(sectionsOf(["folder/x.md", "a.md", "other.md"], sections), [
      { title: "First", pages: ["folder/x.md"] },
      { title: "Second", pages: ["a.md"] },
      { title: "Rest", pages: ["other.md"] },
    ]);
  });
});
