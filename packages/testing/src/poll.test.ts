import assert from "node:assert/strict";
import { test } from "node:test";
import { poll } from "./poll.ts";

test("poll() takes an error and undefined for: not yet", async () => {
  let attempts = 0;
  const result = await poll(
    "the third attempt",
    async () => {
      attempts++;
      if (attempts === 1) throw new Error("not yet");
      return attempts === 3 ? "there" : undefined;
    },
    { timeoutMs: 10_000, intervalMs: 0 },
  );
  assert.equal(result, "there");
});

test("poll() says what it waited for and what it last met", async () => {
  const waiting = poll("Godot", () => Promise.reject(new Error("he is late")), {
    timeoutMs: 1,
    intervalMs: 0,
  });
  await assert.rejects(waiting, {
    code: "ERR_NOT_READY",
    message: "Cannot wait for Godot any longer: not there after 1 ms: he is late",
  });
});

test("poll() rejects with the signal's reason when aborted", async () => {
  const aborted = new AbortController();
  const waiting = poll(
    "Godot",
    async () => {
      aborted.abort(new Error("enough"));
      return undefined;
    },
    { timeoutMs: 10_000, signal: aborted.signal },
  );
  await assert.rejects(waiting, { message: "enough" });
});
