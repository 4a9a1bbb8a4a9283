import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { ROOT } from "./command.ts";

const LONGER_THAN_AN_ECHO_MS = 700;

/** Runs the script that counts signals under the bootstrap. */
async function start(...args: string[]): Promise<{
  bootstrap: ChildProcess;
  lines: AsyncIterator<string>;
  reader: Interface;
  pid: number;
  first: string;
}> {
  const script = ["tools/bootstrap.mjs", "tools/testdata/count-signals.ts", ...args];
  const bootstrap = spawn(process.execPath, [join(ROOT, script[0] ?? ""), ...script.slice(1)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  assert.ok(bootstrap.stdout);
  const reader = createInterface(bootstrap.stdout);
  const lines = reader[Symbol.asyncIterator]();
  const { value: first = "" } = await lines.next();
  return { bootstrap, lines, reader, pid: Number(first.split(" ")[1]), first };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("bootstrap", () => {
  it("hands arguments to the script and gives back its exit code", async () => {
    const { bootstrap, first } = await start("--once", "a b");
    assert.match(first, /^up \d+ --once a b$/);
    bootstrap.kill("SIGINT");
    const [code] = await once(bootstrap, "exit");
    assert.equal(code, 7);
  });

  it("passes a signal on once when it comes by two ways, and again when it is sent again", async () => {
    const { bootstrap, lines } = await start();
    bootstrap.kill("SIGTERM");
    bootstrap.kill("SIGTERM");
    assert.equal((await lines.next()).value, "SIGTERM 1");
    await setTimeout(LONGER_THAN_AN_ECHO_MS);
    bootstrap.kill("SIGTERM");
    assert.equal((await lines.next()).value, "SIGTERM 2");
    await setTimeout(LONGER_THAN_AN_ECHO_MS);
    bootstrap.kill("SIGINT");
    await once(bootstrap, "exit");
  });

  it("lets the script end when it is killed itself", async () => {
    const { bootstrap, lines, reader, pid } = await start();
    bootstrap.kill("SIGKILL");
    assert.equal((await lines.next()).value, "SIGTERM 1");
    process.kill(pid, "SIGINT");
    await once(reader, "close");
    for (let tries = 0; isAlive(pid) && tries < 50; tries += 1) await setTimeout(100);
    assert.equal(isAlive(pid), false);
  });
});
