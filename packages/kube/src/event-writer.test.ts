import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { ApiError } from "./api-error.ts";
import { createClient } from "./client.ts";
import { buildEvent, type KubeEvent } from "./event.ts";
import { EventDrops } from "./event-drops.ts";
import { type TrackedEvent, trackEvent } from "./event-series.ts";
import { EventWriter } from "./event-writer.ts";
import type { Logger } from "./logger.ts";
import type { ApiRequest, Transport } from "./transport.ts";
import { TransportError } from "./transport-error.ts";

/** What was sent: `POST a`, `PATCH a ×2`. */
let calls: string[];
/** What the next calls fail with; the last one for ever. */
let errors: (Error | "none")[];
let slept: number[];
let logged: { message: string; fields: Record<string, unknown> }[];
let writer: EventWriter;

const transport: Transport = {
  async request({ method, body, path, signal }: ApiRequest): Promise<unknown> {
    signal?.throwIfAborted();
    const { metadata, series } = body as KubeEvent;
    const [name] = (metadata?.name ?? path.split("/").at(-1) ?? "").split(".");
    calls.push(`${method} ${name}${series === undefined ? "" : ` ×${series.count}`}`);
    const error = errors.length > 1 ? errors.shift() : errors[0];
    if (error !== undefined && error !== "none") throw error;
    return body;
  },
  stream: () => Promise.reject(new Error("unexpected stream")),
  close: async () => {},
};

function refusal(status: number, reason = ""): ApiError {
  return new ApiError({ method: "POST", path: "/events" }, { status, reason, said: "no" });
}

const RESET = new TransportError("ERR_TRANSPORT_RESET", "reset", { maybeSent: true });

function tracked(name: string, count = 1): TrackedEvent {
  const event = buildEvent(
    { reportingController: "c", reportingInstance: "c-1" },
    { apiVersion: "v1", kind: "Pod", namespace: "ns", name, uid: name },
    { type: "Normal", reason: "R", action: "A", note: "n" },
    0,
  );
  return { ...trackEvent(event, 0), count };
}

beforeEach(() => {
  calls = [];
  errors = [];
  slept = [];
  logged = [];
  const log = (fields: object, message: string): void => {
    logged.push({ message, fields: { ...fields } });
  };
  const logger: Logger = { debug: log, info: log, warn: log, error: log };
  writer = new EventWriter({
    client: createClient(transport),
    drops: new EventDrops(logger, () => 0),
    random: () => 0,
    sleep: async (delayMs) => void slept.push(delayMs),
  });
});

/** Adds Events and waits until they are settled. */
async function write(...events: TrackedEvent[]): Promise<void> {
  for (const event of events) writer.add(event);
  await writer.idle();
}

describe("EventWriter", () => {
  it("creates an Event, then patches its count, and writes nothing twice", async () => {
    const event = tracked("a");
    await write(event);
    event.count = 3;
    await write(event);
    await write(event, event);
    assert.deepEqual(calls, ["POST a", "PATCH a ×3"]);
  });

  it("writes an Event as it is when its turn comes", async () => {
    const [first, second] = [tracked("a"), tracked("b")];
    writer.add(first);
    writer.add(second);
    second.count = 2;
    await writer.idle();
    assert.deepEqual(calls, ["POST a", "POST b ×2"]);
  });

  it("writes the count that came while the Event was written", async () => {
    const event = tracked("a");
    writer.add(event);
    event.count = 2; // the call has left
    await write(event);
    assert.deepEqual(calls, ["POST a", "PATCH a ×2"]);
  });

  it("tries again with a growing delay, or the one it is asked for", async () => {
    const patient = new ApiError(
      { method: "POST", path: "/events" },
      { status: 429, said: "later", retryAfterMs: 10_000 },
    );
    errors = [RESET, patient, RESET, "none"];
    await write(tracked("a"));
    assert.equal(calls.length, 4);
    assert.deepEqual(slept, [1_000, 10_000, 4_000]);
    assert.deepEqual(logged, []);
  });

  it("takes an Event that is there already for its own earlier try", async () => {
    errors = [RESET, refusal(409, "AlreadyExists"), "none"];
    await write(tracked("a"));
    assert.deepEqual(calls, ["POST a", "POST a"]);
  });

  it("patches the count of an Event that is there already: the earlier try may have lacked it", async () => {
    errors = [RESET, refusal(409, "AlreadyExists"), "none"];
    await write(tracked("a", 2));
    assert.deepEqual(calls, ["POST a ×2", "POST a ×2", "PATCH a ×2"]);
  });

  it("creates an Event again that is gone, with its count", async () => {
    const event = tracked("a");
    await write(event);
    errors = [refusal(404), "none"];
    event.count = 2;
    await write(event);
    assert.deepEqual(calls, ["POST a", "PATCH a ×2", "POST a ×2"]);
  });

  it("says nothing of a namespace that is gone", async () => {
    errors = [refusal(404)];
    await write(tracked("a"));
    assert.deepEqual(calls, ["POST a"]);
    assert.deepEqual(logged, []);
  });

  it("gives up after four tries, and keeps its pace for the next Event", async () => {
    errors = [RESET];
    const lost = tracked("a");
    await write(lost, tracked("b"));
    assert.deepEqual(calls, [...Array(4).fill("POST a"), ...Array(4).fill("POST b")]);
    assert.deepEqual(
      slept,
      [1, 2, 4, 8, 16, 30, 30, 30].map((seconds) => seconds * 1_000),
    );
    assert.deepEqual(logged[0]?.fields, { dropped: { unanswered: 1 }, err: RESET });
    errors = [];
    await write(lost);
    assert.equal(calls.length, 8);
    lost.count += 1;
    await write(lost);
    assert.equal(calls.at(-1), "POST a ×2");
  });

  it("starts with the shortest delay again once a write has succeeded", async () => {
    errors = [RESET, RESET, "none", RESET, "none"];
    await write(tracked("a"), tracked("b"));
    assert.deepEqual(slept, [1_000, 2_000, 1_000]);
  });

  it("logs a 403 once, with the rule to add, and goes on", async () => {
    errors = [refusal(403), refusal(403), "none"];
    await write(tracked("a"), tracked("b"), tracked("c"));
    assert.deepEqual(calls, ["POST a", "POST b", "POST c"]);
    assert.equal(logged.length, 1);
    assert.equal(
      logged[0]?.message,
      "Events are forbidden: add the rule to a role of this account to have them",
    );
    assert.deepEqual(logged[0]?.fields.rule, {
      apiGroups: ["events.k8s.io"],
      resources: ["events"],
      verbs: ["create", "patch"],
    });
  });

  it("does not repeat what the API server refuses", async () => {
    errors = [refusal(422)];
    await write(tracked("a"));
    assert.deepEqual(calls, ["POST a"]);
    assert.deepEqual(logged[0]?.fields.dropped, { refused: 1 });
  });

  it("is full at 1000", () => {
    for (let i = 0; i < 1_000; i += 1) writer.add(tracked(`w${i}`));
    assert.equal(writer.isFull, false); // one is being written
    writer.add(tracked("last"));
    assert.equal(writer.isFull, true);
  });
});
