import assert from "node:assert/strict";
import { test } from "node:test";
import { type ProgressEvent, withProgress } from "./progress.ts";

test("withProgress() tells of the start, of every ten seconds, and of the end", async ({
  mock,
}) => {
  mock.timers.enable({ apis: ["setInterval"] });
  const events: ProgressEvent[] = [];
  const work = Promise.withResolvers<string>();
  const result = withProgress("build", () => work.promise, { progress: (one) => events.push(one) });
  mock.timers.tick(25_000);
  work.resolve("built");
  assert.equal(await result, "built");
  mock.timers.tick(25_000);
  assert.deepEqual(
    events.map(({ step, done }) => [step, done]),
    [
      ["build", false],
      ["build", false],
      ["build", false],
      ["build", true],
    ],
  );
});

test("withProgress() does not call a failed step done", async () => {
  const events: ProgressEvent[] = [];
  const failing = withProgress("build", () => Promise.reject(new Error("no")), {
    progress: (one) => events.push(one),
  });
  await assert.rejects(failing, { message: "no" });
  assert.deepEqual(
    events.map(({ done }) => done),
    [false],
  );
});
