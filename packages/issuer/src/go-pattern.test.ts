import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { goPattern } from "./go-pattern.ts";

describe("goPattern()", () => {
  for (const [regex, pattern] of [
    [/^a+$/, "^a+$"],
    [/a/gu, "a"],
    [/a.b/ims, "(?ims)a.b"],
    [/\u00e9|\u{1F600}/u, "\\x{00e9}|\\x{1F600}"],
    [/\\u00e9/, "\\\\u00e9"],
    [/(?<name>a){1,1000}/, "(?<name>a){1,1000}"],
  ] as const) {
    it(`writes ${regex} as ${pattern}`, () => assert.deepEqual(goPattern(regex), { pattern }));
  }

  for (const [regex, fault] of [
    [/a(?=b)/, "a lookaround"],
    [/(?<!a)b/, "a lookaround"],
    [/(a)\1/, "a back reference"],
    [/(?<x>a)\k<x>/, "a back reference"],
    [/\cA/, "a control escape"],
    [/a{2000,}/, "more than 1000 repetitions"],
  ] as const) {
    it(`finds in ${regex} ${fault}`, () => assert.deepEqual(goPattern(regex), { fault }));
  }
});
