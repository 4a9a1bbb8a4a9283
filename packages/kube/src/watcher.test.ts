import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ApiError } from "./api-error.ts";
import type { KubeObject } from "./object.ts";
import type { WatchEvent } from "./watch-event.ts";
import { step, type WatcherState, type WatcherStep, type WatchSource, watch } from "./watcher.ts";

type State = WatcherState<KubeObject>;

function pod(name: string, resourceVersion: string): KubeObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "ns", resourceVersion } };
}

function expired(): ApiError {
  const request = { method: "GET", path: "/api/v1/pods" } as const;
  return new ApiError(request, { status: 410, said: "too old resource version" });
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
    let state: State = { phase: "empty" };
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
    assert.deepEqual(next, { state: { phase: "empty" }, event: { type: "failed", error } });
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
    const error = expired();
    const failing = source({ watch: () => Promise.reject(error) });
    const next = await step(failing, { phase: "connecting", resourceVersion: "5" }, context());
    assert.deepEqual(next.state, { phase: "empty" });
  });

  it("lists again when the watch tells 410 as an event", async () => {
    const event = { type: "ERROR", object: { code: 410, message: "too old" } } as const;
    const next = await step(source({}), watching(event), context());
    assert.deepEqual(next.state, { phase: "empty" });
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
    const bookmark = { type: "BOOKMARK", object: pod("", "99") } as const;
    const next = await step(source({}), watching(bookmark), context());
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
});

describe("watch()", () => {
  it("outlives failures and stops telling once the signal aborts", async () => {
    const controller = new AbortController();
    let lists = 0;
    const flaky = source({
      list: () => {
        lists += 1;
        if (lists < 3) return Promise.reject(new Error("refused"));
        return Promise.resolve({ metadata: { resourceVersion: "7" }, items: [pod("a", "1")] });
      },
      watch: async () => stream({ type: "ADDED", object: pod("b", "8") }),
    });
    const told: string[] = [];
    const backoff = { initialMs: 0, maxMs: 0 };
    for await (const event of watch(flaky, { signal: controller.signal, backoff })) {
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
});
