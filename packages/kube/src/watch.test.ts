import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { setImmediate } from "node:timers/promises";
import { ApiError } from "./api-error.ts";
import type { KubeObject } from "./object.ts";
import { TransportError } from "./transport-error.ts";
import { pauseMs, watch } from "./watch.ts";
import type { WatchEvent } from "./watch-event.ts";
import type { WatchSource } from "./watch-source.ts";

function pod(name: string, resourceVersion: string): KubeObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "ns", resourceVersion } };
}

const LIST = { metadata: { resourceVersion: "7" }, items: [pod("a", "1")] };
const NO_PAUSE = { initialMs: 0, maxMs: 0 };

async function* stream(
  ...events: WatchEvent<KubeObject>[]
): AsyncGenerator<WatchEvent<KubeObject>> {
  yield* events;
}

describe("watch()", () => {
  /** How long it waits after each of three failures, of watches that had held so long. */
  async function pausesAfter(heldMs: number): Promise<number[]> {
    mock.timers.enable({ apis: ["setTimeout"] });
    const controller = new AbortController();
    let now = 0;
    const source: WatchSource<KubeObject> = {
      list: async () => LIST,
      watch: async () => {
        now += heldMs;
        throw new Error("ended");
      },
    };
    const backoff = { initialMs: 10, maxMs: 1_000, jitter: 0 };
    const pauses: number[] = [];
    let waitedMs = 0;
    let isOver = false;
    const following = (async () => {
      const options = { signal: controller.signal, backoff, now: () => now };
      for await (const event of watch(source, options)) {
        if (event.type !== "failed") continue;
        pauses.push(waitedMs);
        waitedMs = 0;
        if (pauses.length === 4) controller.abort();
      }
      isOver = true;
    })();
    for (; !isOver; waitedMs += 1) {
      await setImmediate();
      mock.timers.tick(1);
    }
    await following;
    mock.timers.reset();
    return pauses.slice(1);
  }

  it("waits longer after each failure of a watch that did not hold", async () => {
    assert.deepEqual(await pausesAfter(9_000), [10, 20, 40]);
  });

  it("waits no longer than at first after a watch that has held", async () => {
    assert.deepEqual(await pausesAfter(11_000), [10, 10, 10]);
  });

  it("outlives failures and stops telling once the signal aborts", async () => {
    const controller = new AbortController();
    let lists = 0;
    const flaky: WatchSource<KubeObject> = {
      list: () => {
        lists += 1;
        if (lists < 3) return Promise.reject(new Error("refused"));
        return Promise.resolve(LIST);
      },
      watch: async () => stream({ type: "ADDED", object: pod("b", "8") }),
    };
    const told: string[] = [];
    for await (const event of watch(flaky, { signal: controller.signal, backoff: NO_PAUSE })) {
      told.push(event.type);
      if (event.type === "applied") controller.abort();
    }
    assert.deepEqual(told, [
      "listing",
      "failed",
      "listing",
      "failed",
      "listing",
      "page",
      "listed",
      "applied",
    ]);
  });

  it("closes a watch that opens after the signal has aborted", async () => {
    const controller = new AbortController();
    let isClosed = false;
    const late: WatchSource<KubeObject> = {
      list: async () => LIST,
      watch: async () => {
        controller.abort();
        const events: AsyncIterator<WatchEvent<KubeObject>> = {
          next: () => assert.fail("was read"),
          return: async () => {
            isClosed = true;
            return { done: true, value: undefined };
          },
        };
        return { [Symbol.asyncIterator]: () => events };
      },
    };
    const told = await Array.fromAsync(watch(late, { signal: controller.signal }));
    assert.deepEqual(
      told.map(({ type }) => type),
      ["listing", "page", "listed"],
    );
    assert.equal(isClosed, true);
  });
});

describe("pauseMs()", () => {
  const pauses: readonly [string, unknown, number][] = [
    ["the backoff after an error", new Error("reset"), 800],
    ["as long as the API server asks", refusal(5_000), 5_000],
    ["the backoff when the API server asks for less", refusal(100), 800],
    ["a minute at most, whatever is asked", refusal(86_400_000), 60_000],
  ];
  for (const [pause, error, expected] of pauses) {
    it(`is ${pause}`, () => assert.equal(pauseMs(error, 800), expected));
  }

  it("is five seconds at most after a call that did not reach the API server", () => {
    assert.equal(pauseMs(unanswered({ maybeSent: false }), 20_000), 5_000);
    assert.equal(pauseMs(unanswered({ maybeSent: false }), 800), 800);
    assert.equal(pauseMs(unanswered({ maybeSent: true }), 20_000), 20_000);
  });
});

function refusal(retryAfterMs: number): ApiError {
  const request = { method: "GET", path: "/api/v1/pods" } as const;
  return new ApiError(request, { status: 429, said: "busy", retryAfterMs });
}

function unanswered(options: { maybeSent: boolean }): TransportError {
  return new TransportError("ERR_TRANSPORT_REFUSED", "refused", options);
}
