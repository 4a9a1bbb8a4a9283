import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { render } from "./render.ts";

describe("render()", () => {
  const values = { name: "acme", lines: "a\nb", nothing: "", yes: true, no: false };
  const rows: [what: string, template: string, expected: string][] = [
    ["fills in values", "x {{name}} y {{name}}", "x acme y acme"],
    ["leaves GitHub's expressions alone", "{{ runner.os }} {{name}}", "{{ runner.os }} acme"],
    ["keeps a block that is true", "a\n{{#yes}}\nb\n{{/yes}}\nc", "a\nb\nc"],
    ["drops a block that is not", "a\n{{#no}}\nb\n{{/no}}\nc", "a\nc"],
    ["drops what is within a dropped block", "{{#no}}\n{{#yes}}\nb\n{{/yes}}\nc\n{{/no}}\nd", "d"],
    ["keeps a block within a block", "{{#yes}}\n{{#no}}\nb\n{{/no}}\nc\n{{/yes}}\nd", "c\nd"],
    ["indents each line of a value", "  {{lines}}\nc", "  a\n  b\nc"],
    ["drops the line of an empty value", "a\n  {{nothing}}\nb", "a\nb"],
  ];
  for (const [what, template, expected] of rows) {
    test(what, () => assert.equal(render(template, values), expected));
  }

  test("knows no value of an object's own", () => {
    assert.throws(() => render("{{missing}}", values), TypeError);
  });
});
