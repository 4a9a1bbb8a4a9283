import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { describe, it } from "node:test";

const MODULE = new URL("./stop-on-signals.ts", import.meta.url).href;

/** A program that is told to stop, says so, and does not. */
const PROGRAM = `
  import { stopOnSignals } from ${JSON.stringify(MODULE)};
  const signal = stopOnSignals((name) => console.log(name));
  signal.addEventListener("abort", () => console.log("aborted"));
  setInterval(() => {}, 1_000);
  console.log("started");
`;

describe("stopOnSignals()", { timeout: 30_000 }, () => {
  for (const [first, second] of [
    ["SIGTERM", "SIGTERM"],
    ["SIGTERM", "SIGINT"],
    ["SIGINT", "SIGTERM"],
  ] as const) {
    it(`aborts at ${first} and lets ${second} end the process`, async () => {
      const child = spawn(process.execPath, ["--input-type=module", "--eval", PROGRAM]);
      await said(child, "started\n");
      child.kill(first);
      await said(child, `${first}\naborted\n`);
      assert.equal(child.exitCode ?? child.signalCode, null);
      child.kill(second);
      assert.deepEqual(await once(child, "exit"), [null, second]);
    });
  }
});

async function said(child: ChildProcess, wanted: string): Promise<void> {
  let said = "";
  for await (const [chunk] of onData(child)) {
    said += chunk;
    if (said.length >= wanted.length) break;
  }
  assert.equal(said, wanted);
}

async function* onData(child: ChildProcess): AsyncGenerator<[string]> {
  while (child.stdout !== null) yield (await once(child.stdout, "data")) as [string];
}
