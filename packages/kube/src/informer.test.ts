import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Informer } from "./informer.ts";
import type { KubeObject } from "./object.ts";
import type { WatchEvent } from "./watch-event.ts";
import type { WatchSource } from "./watch-source.ts";

function pod(name: string, resourceVersion: string): KubeObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { namespace: "ns", name, resourceVersion } };
}

/** A source of one list and one watch, which stays open until the signal aborts. */
function source(
  listed: KubeObject[],
  ...events: WatchEvent<KubeObject>[]
): WatchSource<KubeObject> {
  return {
    list: async () => ({ metadata: { resourceVersion: "5" }, items: listed }),
    watch: async ({ signal }) =>
      (async function* () {
        yield* events;
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      })(),
  };
}

/** Runs an informer until it has told so many changes. */
async function changesOf(informer: Informer<KubeObject>, count: number): Promise<string[]> {
  const controller = new AbortController();
  const told: string[] = [];
  informer.onChange(({ key, before, after, isListed }) => {
    const what = before === undefined ? "added" : after === undefined ? "deleted" : "updated";
    told.push(`${key} ${what}${isListed ? " by list" : ""}`);
    if (told.length === count) controller.abort();
  });
  await informer.run(controller.signal);
  return told;
}

describe("Informer", () => {
  const added = { type: "ADDED", object: pod("b", "6") } as const;
  const modified = { type: "MODIFIED", object: pod("a", "7") } as const;
  const deleted = { type: "DELETED", object: pod("a", "8") } as const;
  const ignore = (): void => {};

  it("tells what is listed, then what the watch tells", async () => {
    const informer = new Informer(source([pod("a", "1")], added, modified, deleted), {
      onError: ignore,
    });
    assert.deepEqual(await changesOf(informer, 4), [
      "ns/a added by list",
      "ns/b added",
      "ns/a updated",
      "ns/a deleted",
    ]);
    assert.deepEqual(informer.store.list(), [pod("b", "6")]);
  });

  it("settles synced once the list is in the store", async () => {
    const informer = new Informer(source([pod("a", "1")]), { onError: ignore });
    const controller = new AbortController();
    const running = informer.run(controller.signal);
    await informer.synced;
    assert.equal(informer.store.size, 1);
    controller.abort();
    await running;
  });

  it("keeps a handler's throw from the other handlers, and tells it", async () => {
    const errors: unknown[] = [];
    const informer = new Informer(source([pod("a", "1")], added), {
      onError: (error) => errors.push(error),
    });
    const boom = new Error("boom");
    informer.onChange(() => {
      throw boom;
    });
    assert.deepEqual(await changesOf(informer, 2), ["ns/a added by list", "ns/b added"]);
    assert.deepEqual(errors, [boom, boom]);
  });

  it("keeps the rejection of a handler from the others, and tells it", async () => {
    const errors: unknown[] = [];
    const informer = new Informer(source([pod("a", "1")], added), {
      onError: (error) => errors.push(error),
    });
    const boom = new Error("boom");
    informer.onChange(() => Promise.reject(boom));
    assert.deepEqual(await changesOf(informer, 2), ["ns/a added by list", "ns/b added"]);
    assert.deepEqual(errors, [boom, boom]);
  });

  it("goes on after an object that cannot be read, and tells it", async () => {
    const errors: unknown[] = [];
    const boom = new Error("boom");
    const informer = new Informer(source([pod("bad", "1"), pod("a", "2")], added), {
      keep: (object) => {
        if (object.metadata.name === "bad") throw boom;
        return object;
      },
      onError: (error) => errors.push(error),
    });
    assert.deepEqual(await changesOf(informer, 2), ["ns/a added by list", "ns/b added"]);
    assert.deepEqual(errors, [boom]);
  });

  it("tells what a list that failed had read, with the list that follows", async () => {
    let pages = 0;
    const informer = new Informer<KubeObject>(
      {
        ...source([]),
        list: async () => {
          pages += 1;
          if (pages === 2) throw new Error("reset");
          const metadata =
            pages === 1 ? { resourceVersion: "5", continue: "more" } : { resourceVersion: "5" };
          return { metadata, items: [pod("a", "1")] };
        },
      },
      { onError: ignore, backoff: { initialMs: 0, maxMs: 0 } },
    );
    assert.deepEqual(await changesOf(informer, 1), ["ns/a added by list"]);
  });

  it("tells a streamed list once it is whole, without what went meanwhile", async () => {
    const end = {
      ...pod("", "9"),
      metadata: {
        name: "",
        resourceVersion: "9",
        annotations: { "k8s.io/initial-events-end": "true" },
      },
    };
    const streamed = source(
      [],
      { type: "ADDED", object: pod("a", "1") },
      added,
      deleted,
      { type: "BOOKMARK", object: end },
      { type: "MODIFIED", object: pod("b", "10") },
    );
    const informer = new Informer<KubeObject>(
      {
        ...streamed,
        stream: ({ signal }) => streamed.watch({ resourceVersion: "", signal }),
      },
      { onError: ignore },
    );
    assert.deepEqual(await changesOf(informer, 4), [
      "ns/a added by list",
      "ns/b added by list",
      "ns/a deleted by list",
      "ns/b updated",
    ]);
    assert.deepEqual(informer.store.list(), [pod("b", "10")]);
  });
});
