import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { setImmediate } from "node:timers/promises";
import { abortable } from "./abortable.ts";
import { ApiError } from "./api-error.ts";
import { createClient } from "./client.ts";
import type { EventDraft, KubeEvent } from "./event.ts";
import { createRecorder, type Recorder } from "./events.ts";
import type { Logger } from "./logger.ts";
import type { KubeObject } from "./object.ts";
import type { ApiRequest, Transport } from "./transport.ts";

const MINUTE = 60_000;
const WAITING: EventDraft = { type: "Normal", reason: "Pending", action: "Sign", note: "Waiting" };

function widget(name: string, uid: string = name): KubeObject {
  return { apiVersion: "example.com/v1", kind: "Widget", metadata: { namespace: "ns", name, uid } };
}

/** An API server that knows Events alone, and answers when it is not held. */
class FakeEvents implements Transport {
  readonly stored = new Map<string, KubeEvent>();
  readonly calls: string[] = [];
  /** What a call waits for. */
  held: Promise<void> | undefined;

  async request({ method, path, body, signal }: ApiRequest): Promise<unknown> {
    this.calls.push(method);
    if (this.held !== undefined) await abortable(this.held, signal);
    const sent = body as KubeEvent;
    const name = method === "PATCH" ? (path.split("/").at(-1) ?? "") : sent.metadata.name;
    const before = this.stored.get(name);
    if ((before !== undefined) !== (method === "PATCH")) {
      throw new ApiError(
        { method, path },
        { status: before === undefined ? 404 : 409, said: "no" },
      );
    }
    this.stored.set(name, { ...before, ...sent });
    return sent;
  }

  stream(): Promise<AsyncIterable<Uint8Array>> {
    throw new Error("unexpected stream");
  }

  async close(): Promise<void> {}

  get events(): KubeEvent[] {
    return [...this.stored.values()];
  }

  get counts(): (number | undefined)[] {
    return this.events.map(({ series }) => series?.count);
  }
}

let server: FakeEvents;
let recorder: Recorder;
let logged: { message: string; fields: Record<string, unknown> }[];

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.parse("2026-01-01T00:00:00Z") });
  server = new FakeEvents();
  logged = [];
  const log = (fields: object, message: string): void => {
    logged.push({ message, fields: { ...fields } });
  };
  const logger: Logger = { debug: log, info: log, warn: log, error: log };
  recorder = createRecorder({
    client: createClient(server),
    reportingController: "example.com",
    reportingInstance: "example.com-pod-1",
    logger,
  });
});
afterEach(() => mock.timers.reset());

/** Lets time pass in steps, and what it brings happen. */
async function pass(ms: number, stepMs = ms): Promise<void> {
  await setImmediate();
  for (let passed = 0; passed < ms; passed += stepMs) {
    mock.timers.tick(stepMs);
    await setImmediate();
  }
}

describe("Recorder.emitEvent()", () => {
  it("creates an Event in the object's namespace", async () => {
    recorder.emitEvent(widget("w"), { ...WAITING, note: "100% of %s" });
    await recorder.flush();
    const [event] = server.events;
    assert.equal(event?.note, "100% of %s");
    assert.equal(event?.metadata.namespace, "ns");
    assert.deepEqual(event?.regarding, {
      apiVersion: "example.com/v1",
      kind: "Widget",
      namespace: "ns",
      name: "w",
      uid: "w",
    });
  });

  it("takes a reference for an object", async () => {
    const reference = { apiVersion: "example.com/v1", kind: "ClusterWidget", name: "w", uid: "w" };
    recorder.emitEvent(reference, WAITING);
    await recorder.flush();
    assert.equal(server.events[0]?.metadata.namespace, "default");
    assert.deepEqual(server.events[0]?.regarding, reference);
  });

  it("counts a repetition in the first one's series, at once", async () => {
    recorder.emitEvent(widget("w"), WAITING);
    await pass(MINUTE);
    recorder.emitEvent(widget("w"), WAITING);
    await pass(0);
    assert.deepEqual(server.calls, ["POST", "PATCH"]);
    assert.deepEqual(server.events[0]?.series, {
      count: 2,
      lastObservedTime: "2026-01-01T00:01:00.000000Z",
    });
  });

  it("writes one Event for what is emitted twice before it is written", async () => {
    recorder.emitEvent(widget("w"), WAITING);
    recorder.emitEvent(widget("x"), WAITING);
    recorder.emitEvent(widget("x"), WAITING);
    await recorder.flush();
    assert.deepEqual(server.calls, ["POST", "POST"]);
    assert.deepEqual(server.counts, [undefined, 2]);
  });

  it("writes the count of a steady repetition every five minutes, and the last one too", async () => {
    for (let second = 0; second < 1_200; second += 10) {
      recorder.emitEvent(widget("w"), WAITING);
      await pass(10_000);
    }
    const patches = server.calls.filter((call) => call === "PATCH").length;
    assert.ok(patches >= 4 && patches <= 5, `${patches} in 20 minutes`);
    await pass(6 * MINUTE, MINUTE);
    assert.deepEqual(server.counts, [120]);
  });

  it("begins a new Event after six minutes", async () => {
    recorder.emitEvent(widget("w"), WAITING);
    await pass(6 * MINUTE);
    recorder.emitEvent(widget("w"), WAITING);
    await recorder.flush();
    assert.deepEqual(server.counts, [undefined, undefined]);
  });

  it("forgets what is over, and then has no timer", async () => {
    const timers = mock.method(globalThis, "setTimeout");
    recorder.emitEvent(widget("w"), WAITING);
    await pass(8 * MINUTE, MINUTE);
    const before = timers.mock.callCount();
    assert.ok(before > 0);
    await pass(60 * MINUTE, MINUTE);
    assert.equal(timers.mock.callCount(), before);
  });

  it("keeps Events apart whose notes differ, if only beyond what fits", async () => {
    const long = "x".repeat(2_000);
    for (const note of ["one", "two", `${long}1`, `${long}2`]) {
      recorder.emitEvent(widget("w"), { ...WAITING, note });
    }
    await recorder.flush();
    assert.equal(new Set(server.events.map(({ note }) => note)).size, 4);
  });

  it("keeps Events apart whose object was created again under the same name", async () => {
    recorder.emitEvent(widget("w", "first"), WAITING);
    recorder.emitEvent(widget("w", "second"), WAITING);
    await recorder.flush();
    assert.deepEqual(server.counts, [undefined, undefined]);
  });

  it("gives an object 25 new Events of a type at once, and one more every five minutes", async () => {
    let serial = 0;
    const emit = (name: string, type: EventDraft["type"], times: number): void => {
      for (let i = 0; i < times; i += 1) {
        recorder.emitEvent(widget(name), { ...WAITING, type, note: `${serial++}` });
      }
    };
    emit("w", "Normal", 30);
    emit("w", "Warning", 1);
    emit("x", "Normal", 1);
    await recorder.flush();
    assert.equal(server.events.length, 27);
    await pass(5 * MINUTE);
    emit("w", "Normal", 2);
    await recorder.flush();
    assert.equal(server.events.length, 28);
    assert.deepEqual(
      logged.map(({ fields }) => fields),
      [{ dropped: { objectLimit: 1 } }, { dropped: { objectLimit: 5 } }],
    );
  });

  it("holds 1000 Events, drops those that find no room, and counts them", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    server.held = promise;
    for (let i = 0; i < 1_200; i += 1) recorder.emitEvent(widget(`w${i}`), WAITING);
    await pass(0);
    assert.equal(server.calls.length, 1);
    resolve();
    await recorder.close();
    assert.equal(server.events.length, 1 + 1_000); // one was being written
    assert.deepEqual(
      logged.map(({ fields }) => fields),
      [{ dropped: { queueFull: 1 } }, { dropped: { queueFull: 198 } }],
    );
  });

  it("does not throw at a caller that leaves things out", async () => {
    const nothing = undefined as unknown as KubeObject;
    recorder.emitEvent(nothing, WAITING);
    recorder.emitEvent(widget("w"), {} as EventDraft);
    await recorder.flush();
    assert.deepEqual(server.calls, []);
    assert.deepEqual(
      logged.map(({ message }) => message),
      ["Cannot emit an event", "Cannot emit an event"],
    );
  });
});

describe("Recorder.close()", () => {
  it("writes what waits, counts included, and takes nothing more", async () => {
    for (let i = 0; i < 3; i += 1) {
      recorder.emitEvent(widget("w"), WAITING);
      await pass(0);
    }
    assert.deepEqual(server.counts, [2]);
    recorder.emitEvent(widget("x"), WAITING);
    await recorder.close();
    assert.deepEqual(server.counts, [3, undefined]);
    recorder.emitEvent(widget("y"), WAITING);
    await recorder.flush();
    assert.equal(server.events.length, 2);
    assert.deepEqual(logged, []);
  });

  it("drops what is not written when its time is up, and says how much that is", async () => {
    server.held = new Promise(() => {});
    for (const name of ["a", "b", "c"]) recorder.emitEvent(widget(name), WAITING);
    const deadline = new AbortController();
    const closed = recorder.close(deadline.signal);
    await pass(MINUTE);
    assert.deepEqual(logged, []);
    deadline.abort();
    await closed;
    assert.deepEqual(server.calls, ["POST"]);
    assert.deepEqual(
      logged.map(({ fields }) => fields),
      [{ dropped: { closed: 3 } }],
    );
  });

  it("gives up after five seconds when it is given no signal", async () => {
    server.held = new Promise(() => {});
    recorder.emitEvent(widget("a"), WAITING);
    const timeout = mock.method(AbortSignal, "timeout", (ms: number) => {
      assert.equal(ms, 5_000);
      return AbortSignal.abort();
    });
    await recorder.close();
    timeout.mock.restore();
    assert.equal(logged.length, 1);
  });
});

describe("createRecorder()", () => {
  it("throws when the API server would refuse all its Events for their controller", () => {
    const logger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
    const options = { client: createClient(server), logger, reportingController: "my issuer" };
    assert.throws(() => createRecorder(options), {
      name: "TypeError",
      message: /^Cannot record events as "my issuer": it must be a qualified name, /,
    });
  });

  it("names its instance after the host", async () => {
    const logger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
    const client = createClient(server);
    const named = createRecorder({ client, logger, reportingController: "example.com" });
    named.emitEvent(widget("w"), WAITING);
    await named.close();
    assert.match(server.events[0]?.reportingInstance ?? "", /^example\.com-.+/);
  });
});
