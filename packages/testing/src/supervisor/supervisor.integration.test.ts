import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import { describe, test } from "node:test";
import { poll } from "../poll.ts";
import { startSupervisor } from "./supervisor.ts";

/** The bound that this package promises: nothing is left after it. */
const GONE_MS = 5_000;

interface Started {
  readonly parent: ChildProcess;
  readonly supervisor: number;
  readonly pids: readonly number[];
  readonly dir: string;
}

/** A parent with a supervisor that runs a plain process, a stubborn one, and one with a child. */
async function startParent(): Promise<Started> {
  const program = `
    import { startSupervisor } from ${JSON.stringify(new URL("./supervisor.ts", import.meta.url).href)};
    const supervisor = await startSupervisor();
    const start = (name, script) =>
      supervisor.startProcess({ name, command: "/bin/sh", args: ["-c", script], graceMs: 500 });
    const plain = await start("plain", "exec sleep 1000");
    const stubborn = await start("stubborn", "trap '' TERM; while :; do sleep 1000; done");
    const family = await start("family", "sleep 1000 & echo $! && wait");
    while (family.logTail().length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    const pids = [plain.pid, stubborn.pid, family.pid, Number(family.logTail()[0])];
    console.log(JSON.stringify({ supervisor: supervisor.pid, pids, dir: supervisor.dir }));
  `;
  const parent = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface({ input: parent.stdout }), "line");
  return { parent, ...JSON.parse(line) };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function assertGone({ pids, supervisor, dir }: Started): Promise<void> {
  await poll(
    "every process and the folder to be gone",
    async () => {
      const alive = [supervisor, ...pids].filter(isAlive);
      if (alive.length > 0) throw new Error(`alive: ${alive}`);
      if (existsSync(dir)) throw new Error(`${dir} exists`);
      return true;
    },
    { timeoutMs: GONE_MS },
  );
}

describe("startSupervisor()", { timeout: 30_000 }, () => {
  for (const signal of ["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"] as const) {
    test(`leaves nothing when its parent ends with ${signal}`, async () => {
      const started = await startParent();
      assert.ok(started.pids.every(isAlive));
      started.parent.kill(signal);
      await assertGone(started);
    });
  }

  test("leaves nothing when it is killed itself", async () => {
    const started = await startParent();
    process.kill(started.supervisor, "SIGKILL");
    await assertGone(started);
    started.parent.kill("SIGKILL");
  });

  test("ends what it started when it is killed with its parent", {
    skip: process.platform !== "linux" && "the kernel tells a child of its parent's death on Linux",
  }, async () => {
    const { parent, supervisor, pids, dir } = await startParent();
    parent.kill("SIGSTOP");
    process.kill(supervisor, "SIGKILL");
    parent.kill("SIGKILL");
    // Its own children; theirs get no word.
    const own = pids.slice(0, 3);
    await poll("the processes to be gone", async () => !own.some(isAlive) || undefined, {
      timeoutMs: GONE_MS,
    });
    process.kill(-supervisor, "SIGKILL");
    rmSync(dir, { recursive: true });
  });

  test("stop() gives a process the time it asked for, and no more", async () => {
    await using supervisor = await startSupervisor();
    const start = (name: string, script: string, graceMs: number) =>
      supervisor.startProcess({ name, command: "/bin/sh", args: ["-c", script], graceMs });
    const loop = "echo ready; while :; do sleep 0.05; done";
    const polite = await start("polite", `trap 'echo bye; exit 7' TERM; ${loop}`, 30_000);
    const stubborn = await start("stubborn", `trap '' TERM; ${loop}`, 300);
    const areReady = async (): Promise<true | undefined> =>
      [polite, stubborn].every((each) => each.logTail().length > 0) || undefined;
    await poll("the traps to be set", areReady, { timeoutMs: 30_000 });
    assert.deepEqual(await polite.stop(), { code: 7, signal: null, log: ["ready", "bye"] });
    assert.deepEqual(await stubborn.stop(), { code: null, signal: "SIGKILL", log: ["ready"] });
  });

  test("keeps its folder from others", async () => {
    await using supervisor = await startSupervisor();
    assert.equal(statSync(supervisor.dir).mode & 0o777, 0o700);
  });

  test("startProcess() rejects when there is no such program", async () => {
    await using supervisor = await startSupervisor();
    await assert.rejects(supervisor.startProcess({ name: "x", command: "/nowhere/x" }), {
      code: "ERR_PROCESS_START",
      message: "Cannot start x: ENOENT: no such file or directory, access '/nowhere/x'",
    });
  });

  test("startProcess() gives a process the environment it is told, and no other", async () => {
    await using supervisor = await startSupervisor();
    const process = await supervisor.startProcess({
      name: "env",
      command: "/usr/bin/env",
      env: { ONLY: "this" },
    });
    assert.deepEqual((await process.exited).log, ["ONLY=this"]);
  });

  test("rejects when the folder it is to create exists", async () => {
    await using first = await startSupervisor();
    await assert.rejects(startSupervisor({ dir: first.dir }), { code: "ERR_FOLDER_EXISTS" });
    assert.ok(existsSync(first.dir));
  });

  test("says so when it is lost", async () => {
    await using supervisor = await startSupervisor();
    const running = await supervisor.startProcess({ name: "s", command: "sleep", args: ["1000"] });
    process.kill(supervisor.pid, "SIGKILL");
    assert.deepEqual(await running.exited, { code: null, signal: "SIGKILL", log: [] });
    assert.equal(supervisor.lost.aborted, true);
    assert.equal(supervisor.lost.reason.code, "ERR_SUPERVISOR");
    await assert.rejects(supervisor.startProcess({ name: "late", command: "true" }), {
      code: "ERR_PROCESS_START",
      message: "Cannot start late: its supervisor has ended",
    });
  });
});
