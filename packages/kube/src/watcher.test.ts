import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ApiError } from "./api-error.ts";
import type { KubeObject } from "./object.ts";
import type { WatchEvent } from "./watch-event.ts";
import type { WatchSource } from "./watch-source.ts";
import { step } from "./watcher.ts";
import { UNKNOWN, type WatcherState, type WatcherStep } from "./watcher-state.ts";

type State = WatcherState<KubeObject>;

function pod(name: string, resourceVersion: string): KubeObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "ns", resourceVersion } };
}

function refusal(status: number): ApiError {
  return new ApiError({ method: "GET", path: "/api/v1/pods" }, { status, said: "no" });
}

/** A source whose every answer a test gives. */
function source(answers: Partial<WatchSource<KubeObject>>): WatchSource<KubeObject> {
  return {
    list: () => Promise.reject(new Error("unexpected list")),
    watch: () => Promise.reject(new Error("unexpected watch")),
    ...answers,
  };
}

async function* stream(
  ...events: WatchEvent<KubeObject>[]
): AsyncGenerator<WatchEvent<KubeObject>> {
  yield* events;
}

function context(now = 0): { signal: AbortSignal; now: () => number } {
  return { signal: new AbortController().signal, now: () => now };
}

function streaming(...events: WatchEvent<KubeObject>[]): State {
  return { phase: "streaming", openedAt: 0, events: stream(...events) };
}

function bookmark(resourceVersion: string, annotations?: Record<string, string>): KubeObject {
  const metadata = { name: "", resourceVersion, ...(annotations && { annotations }) };
  return { apiVersion: "v1", kind: "Pod", metadata };
}

function watching(...events: WatchEvent<KubeObject>[]): State {
  return { phase: "watching", resourceVersion: "5", openedAt: 0, events: stream(...events) };
}

describe("step()", () => {
  it("says that a list begins, reads it page by page, says that it is whole, then watches", async () => {
    const asked: unknown[] = [];
    const pages = source({
      list: async (options) => {
        asked.push(options.continue);
        return options.continue === undefined
          ? { metadata: { resourceVersion: "7", continue: "more" }, items: [pod("a", "1")] }
          : { metadata: { resourceVersion: "7" }, items: [pod("b", "2")] };
      },
      watch: async (options) => {
        asked.push(options.resourceVersion);
        return stream();
      },
    });
    const told: unknown[] = [];
    let state: State = UNKNOWN;
    while (state.phase !== "watching") {
      const next: WatcherStep<KubeObject> = await step(pages, state, context());
      state = next.state;
      told.push(next.event);
    }
    assert.deepEqual(told, [
      { type: "listing" },
      { type: "page", objects: [pod("a", "1")] },
      { type: "page", objects: [pod("b", "2")] },
      { type: "listed" },
      undefined,
    ]);
    assert.deepEqual(asked, [undefined, "more", "7"]);
  });

  it("lists from the first page again when a page fails", async () => {
    const error = new Error("boom");
    const failing = source({ list: () => Promise.reject(error) });
    const next = await step(failing, { phase: "listing", continue: "more" }, context());
    assert.deepEqual(next, { state: UNKNOWN, event: { type: "failed", error } });
  });

  it("opens the watch again from the same version when it cannot be opened", async () => {
    const error = new Error("boom");
    const failing = source({ watch: () => Promise.reject(error) });
    const state = { phase: "connecting", resourceVersion: "5" } as const;
    assert.deepEqual(await step(failing, state, context()), {
      state,
      event: { type: "failed", error },
    });
  });

  it("lists again when the version to watch from is answered with 410", async () => {
    const error = refusal(410);
    const failing = source({ watch: () => Promise.reject(error) });
    const next = await step(failing, { phase: "connecting", resourceVersion: "5" }, context());
    assert.deepEqual(next.state, UNKNOWN);
  });

  it("lists again when the watch tells 410 as an event", async () => {
    const event = { type: "ERROR", object: { code: 410, message: "too old" } } as const;
    const next = await step(source({}), watching(event), context());
    assert.deepEqual(next.state, UNKNOWN);
    assert.equal(next.event?.type, "failed");
  });

  it("goes on from the same version when the watch tells another error", async () => {
    const event = { type: "ERROR", object: { code: 500, message: "etcd" } } as const;
    const next = await step(source({}), watching(event), context());
    assert.deepEqual(next.state, { phase: "connecting", resourceVersion: "5" });
  });

  it("tells changes and deletions, and moves on to their version", async () => {
    const state = watching(
      { type: "ADDED", object: pod("a", "6") },
      { type: "MODIFIED", object: pod("a", "7") },
      { type: "DELETED", object: pod("a", "8") },
    );
    const first = await step(source({}), state, context());
    assert.deepEqual(first.event, { type: "applied", object: pod("a", "6") });
    const second = await step(source({}), first.state, context());
    assert.deepEqual(second.event, { type: "applied", object: pod("a", "7") });
    const third = await step(source({}), second.state, context());
    assert.deepEqual(third.event, { type: "deleted", object: pod("a", "8") });
    assert.equal(third.state.phase === "watching" && third.state.resourceVersion, "8");
  });

  it("tells nothing of a bookmark but goes on from its version", async () => {
    const event = { type: "BOOKMARK", object: bookmark("99") } as const;
    const next = await step(source({}), watching(event), context());
    assert.equal(next.event, undefined);
    assert.equal(next.state.phase === "watching" && next.state.resourceVersion, "99");
  });

  it("opens the watch again without a pause when it ends after a while", async () => {
    const next = await step(source({}), watching(), context(1_000));
    assert.deepEqual(next, { state: { phase: "connecting", resourceVersion: "5" } });
  });

  it("counts a watch that ends at once as a failure, so that it backs off", async () => {
    const next = await step(source({}), watching(), context(999));
    assert.equal(next.event?.type, "failed");
    assert.deepEqual(next.state, { phase: "connecting", resourceVersion: "5" });
  });

  it("goes on from the last version when the connection breaks", async () => {
    const broken: AsyncIterator<WatchEvent<KubeObject>> = {
      next: () => Promise.reject(new Error("reset")),
    };
    const state: State = { phase: "watching", resourceVersion: "5", openedAt: 0, events: broken };
    const next = await step(source({}), state, context());
    assert.deepEqual(next.state, { phase: "connecting", resourceVersion: "5" });
    assert.equal(next.event?.type, "failed");
  });

  it("closes a watch that it leaves", async () => {
    const closed: string[] = [];
    for (const event of [
      { type: "ERROR", object: { code: 500 } },
      { type: "MODIFIED", object: { ...pod("a", "1"), metadata: { name: "a" } } },
    ] as const) {
      const events: AsyncIterator<WatchEvent<KubeObject>> = {
        next: async () => ({ value: event }),
        return: async () => {
          closed.push(event.type);
          return { done: true, value: undefined };
        },
      };
      await step(
        source({}),
        { phase: "watching", resourceVersion: "5", openedAt: 0, events },
        context(),
      );
    }
    assert.deepEqual(closed, ["ERROR", "MODIFIED"]);
  });
});

describe("step() of a source that can stream its list", () => {
  const END = { "k8s.io/initial-events-end": "true" };

  it("has the list streamed, says that it is whole, and goes on with the same watch", async () => {
    const streamed = source({
      stream: async () =>
        stream(
          { type: "ADDED", object: pod("a", "1") },
          { type: "BOOKMARK", object: bookmark("2") },
          { type: "DELETED", object: pod("a", "8") },
          { type: "BOOKMARK", object: bookmark("9", END) },
          { type: "ADDED", object: pod("b", "10") },
        ),
    });
    const told: unknown[] = [];
    let state: State = UNKNOWN;
    for (let i = 0; i < 7; i += 1) {
      const next: WatcherStep<KubeObject> = await step(streamed, state, context());
      state = next.state;
      told.push(next.event);
    }
    assert.deepEqual(told, [
      { type: "listing" },
      undefined,
      { type: "page", objects: [pod("a", "1")] },
      undefined,
      { type: "deleted", object: pod("a", "8") },
      { type: "listed" },
      { type: "applied", object: pod("b", "10") },
    ]);
    assert.equal(state.phase === "watching" && state.resourceVersion, "10");
  });

  for (const status of [400, 422]) {
    it(`reads pages at once when the API server refuses to stream with ${status}`, async () => {
      const refusing = source({ stream: () => Promise.reject(refusal(status)) });
      const next = await step(refusing, { phase: "opening" }, context());
      assert.deepEqual(next, { state: { phase: "listing" } });
    });
  }

  it("has it streamed again when the stream cannot be opened", async () => {
    const error = refusal(429);
    const busy = source({ stream: () => Promise.reject(error) });
    const next = await step(busy, { phase: "opening" }, context());
    assert.deepEqual(next, { state: UNKNOWN, event: { type: "failed", error } });
  });

  for (const [how, late] of [
    [
      "is refused",
      async (state: State) =>
        (await step(source({ stream: () => Promise.reject(refusal(504)) }), state, context()))
          .state,
    ],
    [
      "ends",
      async (state: State) => {
        const event = {
          type: "ERROR",
          object: { code: 504, message: "Too large resource version" },
        };
        const streamed = source({ stream: async () => stream(event as WatchEvent<KubeObject>) });
        const opened = await step(streamed, state, context());
        return (await step(streamed, opened.state, context())).state;
      },
    ],
  ] as const) {
    it(`has it streamed again when the stream ${how} with 504, and lists in pages after five`, async () => {
      const streamed = source({ stream: () => assert.fail("not yet") });
      let state: State = UNKNOWN;
      for (let tries = 0; tries < 5; tries += 1) {
        assert.equal(state.phase === "empty" && state.by, "stream");
        state = await late((await step(streamed, state, context())).state);
      }
      assert.deepEqual(state, { phase: "empty", by: "pages" });
    });
  }

  const breaks: readonly [string, State, string | undefined][] = [
    ["ends", streaming(), "ERR_WATCH_ENDED_EARLY"],
    ["tells an error", streaming({ type: "ERROR", object: { code: 410 } }), "ERR_WATCH_REFUSED"],
    [
      "breaks",
      {
        phase: "streaming",
        openedAt: 0,
        events: { next: () => Promise.reject(Object.assign(new Error("x"), { code: "RESET" })) },
      },
      "RESET",
    ],
  ];
  for (const [how, state, code] of breaks) {
    it(`lists in pages when the stream ${how} before the list is whole`, async () => {
      const streamed = source({ stream: () => assert.fail("streamed again") });
      const next = await step(streamed, state, context(60_000));
      assert.deepEqual(next.state, { phase: "empty", by: "pages" });
      const { event } = next;
      assert.equal(event?.type === "failed" && (event.error as { code?: string }).code, code);
      const again = await step(streamed, next.state, context());
      assert.deepEqual(again, { state: { phase: "listing" }, event: { type: "listing" } });
    });
  }
});
