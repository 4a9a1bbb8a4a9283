import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ProcessExit } from "../supervisor/protocol.ts";
import type { SupervisedProcess } from "../supervisor/supervisor.ts";
import { type Listener, startOnFreePort } from "./start-on-free-port.ts";

/** A process that exits as told, or runs until it is stopped. */
function fakeProcess(exit?: ProcessExit): SupervisedProcess & { wasStopped: boolean } {
  const exited = Promise.withResolvers<ProcessExit>();
  if (exit !== undefined) exited.resolve(exit);
  return {
    name: "server",
    pid: 1,
    logPath: "/nowhere",
    exited: exited.promise,
    signal: () => {},
    wasStopped: false,
    async stop() {
      this.wasStopped = true;
      exited.resolve({ code: null, signal: "SIGKILL", log: [] });
      return exited.promise;
    },
    logTail: () => ["starting"],
  };
}

/** Settles only when there is no point in waiting. */
function never(signal: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

function portsFrom(first: number): () => Promise<number> {
  let next = first;
  return async () => next++;
}

const IN_USE: ProcessExit = {
  code: 1,
  signal: null,
  log: ["listen tcp 127.0.0.1:20000: bind: address already in use"],
};

describe("startOnFreePort()", () => {
  test("takes another port when the server finds its port in use", async () => {
    const listener: Listener = {
      name: "server",
      start: async (port) => (port < 20_002 ? fakeProcess(IN_USE) : fakeProcess()),
      ready: async (port, signal) => (port < 20_002 ? never(signal) : undefined),
    };
    const { port } = await startOnFreePort(listener, { choose: portsFrom(20_000) });
    assert.equal(port, 20_002);
  });

  test("gives up after five ports", async () => {
    const tried: number[] = [];
    const listener: Listener = {
      name: "server",
      start: async (port) => {
        tried.push(port);
        return fakeProcess(IN_USE);
      },
      ready: (_port, signal) => never(signal),
    };
    await assert.rejects(startOnFreePort(listener, { choose: portsFrom(20_000) }), {
      code: "ERR_PROCESS_START",
    });
    assert.deepEqual(tried, [20_000, 20_001, 20_002, 20_003, 20_004]);
  });

  test("shows the log of a server that exits for another reason, and does not try again", async () => {
    const exit: ProcessExit = { code: 2, signal: null, log: ["unknown flag: --x"] };
    const listener: Listener = {
      name: "server",
      start: async () => fakeProcess(exit),
      ready: (_port, signal) => never(signal),
    };
    await assert.rejects(startOnFreePort(listener, { choose: portsFrom(20_000) }), {
      code: "ERR_PROCESS_START",
      message:
        "Cannot start server: it ended with exit code 2. The last lines of its log:\n  unknown flag: --x",
    });
  });

  test("stops a server that does not become ready, and shows its log", async () => {
    const process = fakeProcess();
    const listener: Listener = {
      name: "server",
      start: async () => process,
      ready: async () => {
        throw new Error("it answers 500");
      },
    };
    await assert.rejects(startOnFreePort(listener, { choose: portsFrom(20_000) }), {
      code: "ERR_PROCESS_START",
      message: "Cannot start server: it answers 500. The last lines of its log:\n  starting",
    });
    assert.equal(process.wasStopped, true);
  });

  test("stops the server and rejects with the signal's reason when aborted", async () => {
    const aborted = new AbortController();
    const process = fakeProcess();
    const listener: Listener = {
      name: "server",
      start: async () => process,
      ready: (_port, signal) => {
        queueMicrotask(() => aborted.abort(new Error("enough")));
        return never(signal);
      },
    };
    const starting = startOnFreePort(listener, {
      choose: portsFrom(20_000),
      signal: aborted.signal,
    });
    await assert.rejects(starting, { message: "enough" });
    assert.equal(process.wasStopped, true);
  });
});
