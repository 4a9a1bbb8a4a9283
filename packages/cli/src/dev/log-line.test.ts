import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeLogLine } from "./log-line.ts";

const ROWS: readonly [rule: string, line: string, text: string][] = [
  [
    "shows level and message of a line of JSON",
    '{"level":30,"time":1,"pid":2,"msg":"Serving issuers","server":"x"}',
    "info Serving issuers",
  ],
  [
    "shows an error behind its message",
    '{"level":40,"msg":"Watch failed","err":{"type":"Error","message":"refused"}}',
    "warn Watch failed: refused",
  ],
  ["leaves what is no JSON as it is", "hello from sign()", "hello from sign()"],
  ["leaves JSON that is no log entry as it is", "[1,2]", "[1,2]"],
  ["lets no terminal obey it", '{"level":30,"msg":"a\\u001b[31mb"}', "info a [31mb"],
];

describe("describeLogLine()", () => {
  for (const [rule, line, text] of ROWS) it(rule, () => assert.equal(describeLogLine(line), text));
});
