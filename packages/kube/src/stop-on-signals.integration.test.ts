import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { describe, it } from "node:test";

const MODULE = new URL("./stop-on-signals.ts", import.meta.url).href;

/** A program that is told to stop, says so, and does not: unless it is told how long that takes. */
const PROGRAM = `
  import { stopOnSignals } from ${JSON.stringify(MODULE)};
  const signal = stopOnSignals((name) => console.log(name));
  signal.addEventListener("abort", () => console.log("aborted"));
  setInterval(() => {}, 1_000);
  const [, lastsMs] = process.argv;
  if (lastsMs) signal.addEventListener("abort", () => setTimeout(() => process.exit(), lastsMs));
  console.log("started");
`;

describe("stopOnSignals()", { timeout: 30_000 }, () => {
  for (const [first, second] of [
    ["SIGTERM", "SIGINT"],
    ["SIGINT", "SIGTERM"],
  ] as const) {
    it(`aborts at ${first} and lets ${second} end the process`, async () => {
      const child = start();
      await said(child, "started\n");
      child.kill(first);
      await said(child, `${first}\naborted\n`);
      assert.equal(child.exitCode ?? child.signalCode, null);
      child.kill(second);
      assert.deepEqual(await once(child, "exit"), [null, second]);
    });
  }

  for (const name of ["SIGTERM", "SIGINT"] as const) {
    it(`takes ${name} that comes twice at once for one, and ends the process when it comes later`, async () => {
      const inGoodOrder = start("300");
      await said(inGoodOrder, "started\n");
      inGoodOrder.kill(name);
      await said(inGoodOrder, `${name}\naborted\n`);
      inGoodOrder.kill(name);
      assert.deepEqual(await once(inGoodOrder, "exit"), [0, null]);

      const goesOn = start();
      const ended = once(goesOn, "exit");
      await said(goesOn, "started\n");
      const again = setInterval(() => goesOn.kill(name), 100);
      assert.deepEqual(await ended, [null, name]);
      clearInterval(again);
    });
  }
});

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, ["--input-type=module", "--eval", PROGRAM, ...args]);
}

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
