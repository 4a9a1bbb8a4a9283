import assert from "node:assert/strict";
import { test } from "node:test";
import { lastLines, readLogTail } from "./log-tail.ts";

test("lastLines() leaves out empty lines", () => {
  assert.deepEqual(lastLines("a\n\nb\r\n\nc\n", 2), ["b", "c"]);
});

test("readLogTail() gives no lines when there is no log", () => {
  assert.deepEqual(readLogTail("/nowhere/x.log"), []);
});
