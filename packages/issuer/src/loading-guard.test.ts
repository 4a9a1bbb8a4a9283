import assert from "node:assert/strict";
import { it } from "node:test";
import { refuseWhileLoading, whileLoading } from "./loading-guard.ts";
import { run } from "./run.ts";

it("run() refuses to serve while a tool loads its module for the definition, and not after", async () => {
  const serve = (): Promise<void> => run([], { argv: ["node", "issuers", "--help"] });
  await assert.rejects(whileLoading(serve), {
    message:
      "it calls run() when it is loaded, must call it only when it is started itself: if (import.meta.main) await run(…)",
  });
  await assert.rejects(
    whileLoading(async () => {
      throw new Error("its own");
    }),
    { message: "its own" },
  );
  assert.doesNotThrow(refuseWhileLoading);
});
