import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkSite } from "./check-site.ts";

const OTHER = '<h1 id="there">Other</h1>';

function problems(html: string, more: Record<string, string> = {}): string[] {
  return checkSite(
    new Map(Object.entries({ "a/page.html": html, "a/other.html": OTHER, "x.png": "", ...more })),
  );
}

describe("checkSite()", () => {
  const right: [rule: string, html: string][] = [
    ["a page from the site's folder", '<a class="x" href="/a/other.html">'],
    ["a page without its suffix", '<a href="/a/other">'],
    ["a page beside this one", '<a href="other.html">'],
    ["a place in another page", '<a href="/a/other.html#there">'],
    ["a place in this page", '<h2 id="here" tabindex="-1"><a href="#here">'],
    ["a place with an escape", '<h2 id="größe"><a href="#gr%C3%B6%C3%9Fe">'],
    ["a file of the site", '<a href="../x.png"><img src="/x.png">'],
    ["somebody else's page", '<a href="https://example.com/"><a href="mailto:a@example.com">'],
    ["what is inlined", '<link rel="icon" href="data:,"><img src="data:image/png;base64,x">'],
  ];
  for (const [rule, html] of right) {
    it(`finds nothing wrong with ${rule}`, () => assert.deepEqual(problems(html), []));
  }

  const wrong: [html: string, problem: string][] = [
    ['<a href="/gone.html">', "a/page.html links to /gone.html, which does not exist"],
    ['<a href="gone">', "a/page.html links to gone, which does not exist"],
    [
      '<a href="/a/other.html#gone">',
      "a/page.html links to /a/other.html#gone: a/other.html has no place #gone",
    ],
    ['<a href="#gone">', "a/page.html links to #gone: a/page.html has no place #gone"],
    [
      '<script src="https://cdn.example.com/x.js">',
      "a/page.html loads https://cdn.example.com/x.js: a page must load nothing from elsewhere",
    ],
    [
      '<link rel="stylesheet" href="//fonts.example.com/x.css">',
      "a/page.html loads //fonts.example.com/x.css: a page must load nothing from elsewhere",
    ],
    [
      "<style>@import url('https://fonts.example.com/x');</style>",
      "a/page.html loads https://fonts.example.com/x: a page must load nothing from elsewhere",
    ],
  ];
  for (const [html, problem] of wrong) {
    it(`tells of ${html}`, () => assert.deepEqual(problems(html), [problem]));
  }

  it("tells of a font that a stylesheet loads from elsewhere", () => {
    const style = "@font-face { src: url(https://fonts.example.com/x.woff2) }";
    assert.deepEqual(problems("", { "x.css": style }), [
      "x.css loads https://fonts.example.com/x.woff2: a page must load nothing from elsewhere",
    ]);
  });
});
