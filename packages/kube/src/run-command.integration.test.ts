import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runCommand } from "./run-command.ts";

const options = { env: { GREETING: "hello" }, signal: AbortSignal.timeout(10_000) };

function runScript(script: string, signal = options.signal): Promise<string> {
  return runCommand(process.execPath, { ...options, signal, args: ["--eval", script] });
}

describe("runCommand()", { timeout: 20_000 }, () => {
  it("gives what the program prints, in the environment it is given", async () => {
    assert.equal(await runScript("process.stdout.write(process.env.GREETING)"), "hello");
  });

  it("gives the program an input that has ended", async () => {
    const script = "process.stdin.resume().on('end', () => console.log('end'))";
    assert.equal(await runScript(script), "end\n");
  });

  it("rejects with the exit status", async () => {
    await assert.rejects(runScript("process.exit(3)"), { code: 3 });
  });

  it("rejects when there is no such program", async () => {
    await assert.rejects(runCommand("/no/such/program", { ...options, args: [] }), {
      code: "ENOENT",
    });
  });

  it("rejects when the signal aborts, and ends the program", async () => {
    await assert.rejects(runScript("setInterval(() => {}, 1000)", AbortSignal.timeout(100)), {
      code: "ABORT_ERR",
    });
  });
});
