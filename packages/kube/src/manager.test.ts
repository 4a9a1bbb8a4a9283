import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { LeaderElectionError } from "./leader-election-error.ts";
import type { Logger } from "./logger.ts";
import { type ManagerOptions, runManager } from "./manager.ts";
import type { Runnable } from "./runnable.ts";
import { WriteFence } from "./write-fence.ts";

const silent = (): void => {};
const logger: Logger = { debug: silent, info: silent, warn: silent, error: silent };

describe("runManager()", () => {
  let log: string[];
  let stop: AbortController;
  let elector: FakeElector;
  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    log = [];
    stop = new AbortController();
    elector = new FakeElector();
  });
  afterEach(() => mock.timers.reset());

  class FakeElector {
    readonly fence = new WriteFence();
    readonly won = Promise.withResolvers<boolean>();

    async acquire(signal: AbortSignal): Promise<boolean> {
      log.push("ask for the lease");
      signal.addEventListener("abort", () => this.won.resolve(false));
      return this.won.promise;
    }

    async release(): Promise<void> {
      log.push("release the lease");
      this.fence.close(new LeaderElectionError("ERR_LEASE_RELEASED", "given back"));
    }
  }

  /** Runs until it is told to stop, and then for as long as `end` takes. */
  function runnable(
    name: string,
    options: Partial<Runnable> & { end?: Promise<void> } = {},
  ): Runnable {
    const run = async (signal: AbortSignal): Promise<void> => {
      log.push(`${name} runs`);
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      log.push(`${name} stops`);
      await options.end;
      log.push(`${name} has ended`);
    };
    return { name, run, ...options };
  }

  function run(options: Partial<ManagerOptions> = {}): Promise<void> {
    return runManager(
      {
        servers: [runnable("server")],
        caches: [runnable("cache")],
        controllers: [runnable("controller")],
        onStartedLeading: () => log.push("lead"),
        onGraceOver: () => log.push("grace over"),
        gracePeriodMs: 25_000,
        logger,
        ...options,
      },
      stop.signal,
    );
  }

  it("starts servers, caches and controllers in this order, and stops them backwards", async () => {
    const running = run();
    await settle();
    assert.deepEqual(log.splice(0), ["server runs", "cache runs", "lead", "controller runs"]);
    stop.abort();
    await running;
    assert.deepEqual(log, [
      "controller stops",
      "controller has ended",
      "cache stops",
      "cache has ended",
      "server stops",
      "server has ended",
    ]);
  });

  it("fills the caches before it asks for the lease, and works when it has it", async () => {
    const filled = Promise.withResolvers<void>();
    const caches = [runnable("cache", { started: filled.promise })];
    const running = run({ caches, elector });
    await settle();
    assert.deepEqual(log.splice(0), ["server runs", "cache runs"]);
    filled.resolve();
    await settle();
    assert.deepEqual(log.splice(0), ["ask for the lease"]);
    elector.won.resolve(true);
    await settle();
    assert.deepEqual(log.splice(0), ["lead", "controller runs"]);
    stop.abort();
    await running;
    assert.deepEqual(log.slice(0, 4), [
      "controller stops",
      "controller has ended",
      "release the lease",
      "cache stops",
    ]);
  });

  it("ends when it is stopped while it waits for the lease", async () => {
    const running = run({ elector });
    await settle();
    stop.abort();
    await running;
    assert.equal(log.includes("controller runs"), false);
  });

  it("gives what is under way the grace period, and then a last moment", async () => {
    const { promise: end, resolve } = Promise.withResolvers<void>();
    const running = run({ controllers: [runnable("controller", { end })], elector });
    elector.won.resolve(true);
    await settle();
    stop.abort();
    await pass(24_900);
    assert.equal(log.includes("grace over"), false);
    await pass(200);
    assert.equal(log.at(-1), "grace over");
    resolve();
    await running;
    assert.ok(log.indexOf("release the lease") > log.indexOf("controller has ended"));
  });

  it("gives up on what does not end, says which, and keeps the lease from others until it expires", async () => {
    const controllers = [runnable("controller", { end: new Promise(() => {}) })];
    const running = assert.rejects(run({ controllers, elector }), {
      code: "ERR_SHUTDOWN_TIMEOUT",
      message: "Cannot stop controller: still running after the grace period",
    });
    elector.won.resolve(true);
    await settle();
    stop.abort();
    await pass(28_100);
    await running;
    assert.equal(log.includes("release the lease"), false);
    assert.equal(log.includes("server has ended"), true);
  });

  it("ends at once and without grace when the lease is lost, also while it drains", async () => {
    for (const isDraining of [false, true]) {
      elector = new FakeElector();
      stop = new AbortController();
      const { promise: end, resolve } = Promise.withResolvers<void>();
      const controllers = [runnable("controller", { end })];
      const running = assert.rejects(run({ controllers, elector }), { code: "ERR_LEASE_LOST" });
      elector.won.resolve(true);
      await settle();
      if (isDraining) stop.abort();
      await settle();
      log.length = 0;
      elector.fence.close(new LeaderElectionError("ERR_LEASE_LOST", "lost"));
      await pass(200);
      assert.equal(log.includes("grace over"), true);
      resolve();
      await running;
    }
  });

  for (const [what, options, message] of [
    [
      "a server cannot start",
      { servers: [failing("server", { started: Promise.reject(new Error("in use")) })] },
      "Cannot go on: server failed: in use",
    ],
    ["a controller fails", { controllers: [failing("c")] }, "Cannot go on: c failed: in use"],
    [
      "a cache ends unasked",
      { caches: [{ name: "cache", run: async () => {} }] },
      "Cannot go on: cache ended although nobody told it to",
    ],
    [
      "its caller's hook throws",
      {
        onStartedLeading: () => {
          throw new Error("no");
        },
      },
      "Cannot start: Error: no",
    ],
  ] as const) {
    it(`stops everything when ${what}, and says so`, async () => {
      await assert.rejects(run(options), { code: "ERR_RUNNABLE_FAILED", message });
      const runs = log.filter((line) => line.endsWith(" runs")).length;
      const ended = log.filter((line) => line.endsWith(" has ended")).length;
      assert.equal(runs, ended);
    });
  }
});

function failing(name: string, more: Partial<Runnable> = {}): Runnable {
  more.started?.catch(() => {});
  return {
    name,
    run: async () => {
      throw new Error("in use");
    },
    ...more,
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function pass(durationMs: number): Promise<void> {
  for (let passed = 0; passed < durationMs; passed += 100) {
    mock.timers.tick(100);
    await settle();
  }
}
