import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { placeOf } from "./stack-place.ts";

function withStack(...lines: string[]): Error {
  return Object.assign(new Error("x"), { stack: lines.join("\n") });
}

const ROWS: readonly [rule: string, error: unknown, place: string | undefined][] = [
  [
    "a syntax error's file is its stack's first line",
    withStack(
      "/projects/acme/src/ca.ts:2",
      "const y = ;",
      "          ^",
      "",
      "SyntaxError: Expression expected",
      "    at parseTypeScript (node:internal/modules/typescript:61:36)",
    ),
    "/projects/acme/src/ca.ts:2",
  ],
  [
    "a thrown error's is its first frame",
    withStack(
      "Error: boom",
      "    at file:///projects/acme/issuer.ts:7:20",
      "    at node:internal/x:1:2",
    ),
    "/projects/acme/issuer.ts:7",
  ],
  [
    "frames of packages are passed over",
    withStack(
      "Error: boom",
      "    at check (file:///projects/acme/node_modules/zod/index.js:1:2)",
      "    at Object.sign (file:///projects/acme/issuer.ts:9:20)",
    ),
    "/projects/acme/issuer.ts:9",
  ],
  [
    "files outside the folder are passed over",
    withStack(
      "Error: boom",
      "    at defineIssuer (file:///projects/countersign/define-issuer.ts:1:2)",
      "    at async file:///projects/acme/issuer.ts:3:16",
    ),
    "/projects/acme/issuer.ts:3",
  ],
  [
    "Node's own frames name none",
    withStack("Error: boom", "    at node:internal/x:1:2"),
    undefined,
  ],
  ["what is no error names none", "boom", undefined],
];

describe("placeOf()", () => {
  for (const [rule, error, place] of ROWS) {
    it(rule, () => assert.equal(placeOf(error, "/projects/acme"), place));
  }
});
