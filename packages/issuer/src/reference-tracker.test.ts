import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import {
  ApiError,
  type Client,
  type KubeObject,
  type ListOptions,
  type WatchCallOptions,
} from "@countersign/kube";
import type { Reference } from "./reference.ts";
import { ReferenceTracker } from "./reference-tracker.ts";

const CA: Reference = { kind: "Secret", namespace: "ns", name: "ca" };

function secret(name: string, resourceVersion: string): KubeObject {
  const metadata = { namespace: "ns", name, resourceVersion };
  return { apiVersion: "v1", kind: "Secret", metadata };
}

/** An API server without WatchList. */
function streamsNoLists(): ApiError {
  const said = "sendInitialEvents is forbidden for watch";
  return new ApiError({ method: "GET", path: "/" }, { status: 422, reason: "Invalid", said });
}

function answer(status: number): ApiError {
  return new ApiError({ method: "GET", path: "/" }, { status, said: "no" });
}

describe("ReferenceTracker", () => {
  let stop: AbortController;
  let listed: KubeObject[];
  let watched: object[];
  let watches: string[];
  let changed: string[];
  let tracker: ReferenceTracker;
  /** Who may watch: everything, single objects, or nothing. */
  let rights: "all" | "by name" | "none";
  let onSleep: (turn: number) => void;

  beforeEach(() => {
    rights = "all";
    onSleep = () => {};
    let turn = 0;
    stop = new AbortController();
    listed = [];
    watched = [];
    watches = [];
    changed = [];
    const client = {
      list: async (_: unknown, options: ListOptions) => {
        throwIfForbidden(options);
        return { metadata: { resourceVersion: "1" }, items: listed };
      },
      get: async () => listed[0] ?? Promise.reject(answer(404)),
      watch: async (resource: { plural: string }, options: WatchCallOptions) => {
        const { namespace, sendInitialEvents, fieldSelector = "" } = options;
        throwIfForbidden(options);
        if (sendInitialEvents) throw streamsNoLists();
        watches.push(`${namespace}/${resource.plural}${fieldSelector && ` ${fieldSelector}`}`);
        return (async function* () {
          for (const event of watched) yield Buffer.from(`${JSON.stringify(event)}\n`);
          stop.abort();
        })();
      },
    } as unknown as Client;
    const silent = (): void => {};
    tracker = new ReferenceTracker({
      client,
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      signal: stop.signal,
      onChange: (issuer) => changed.push(issuer),
      sleep: async () => {
        turn += 1;
        onSleep(turn);
      },
    });
  });

  function throwIfForbidden({ fieldSelector }: { fieldSelector?: string | undefined }): void {
    const isNamed = fieldSelector !== undefined;
    if (rights === "none" || (rights === "by name" && !isNamed)) throw answer(403);
  }

  it("tells an issuer of a version that it has not read", async () => {
    listed = [secret("ca", "5")];
    watched = [{ type: "MODIFIED", object: secret("ca", "6") }];
    tracker.record("issuer", CA, "5");
    await tracker.ended();
    assert.deepEqual(changed, ["issuer"]);
  });

  it("tells an issuer of an object that did not exist when it looked", async () => {
    watched = [{ type: "ADDED", object: secret("ca", "6") }];
    tracker.record("issuer", CA, undefined);
    await tracker.ended();
    assert.deepEqual(changed, ["issuer"]);
  });

  it("tells an issuer of an object that is gone", async () => {
    listed = [secret("ca", "5")];
    watched = [{ type: "DELETED", object: secret("ca", "6") }];
    tracker.record("issuer", CA, "5");
    await tracker.ended();
    assert.deepEqual(changed, ["issuer"]);
  });

  it("tells only those who have read the object, and not those who have read this version", async () => {
    listed = [secret("ca", "6"), secret("other", "3")];
    tracker.record("old", CA, "5");
    tracker.record("new", CA, "6");
    await tracker.ended();
    assert.deepEqual(changed, ["old"]);
  });

  it("tells nothing to an issuer that is gone", async () => {
    watched = [{ type: "ADDED", object: secret("ca", "6") }];
    tracker.record("issuer", CA, undefined);
    tracker.forget("issuer");
    await tracker.ended();
    assert.deepEqual(changed, []);
  });

  it("opens one watch for a namespace, however many read in it", async () => {
    tracker.record("a", CA, undefined);
    tracker.record("b", { ...CA, name: "other" }, undefined);
    await tracker.ended();
    assert.deepEqual(watches, ["ns/secrets"]);
  });

  it("tells an issuer whose reading was overtaken before it was recorded", async () => {
    watched = [
      { type: "ADDED", object: secret("ca", "6") },
      { type: "MODIFIED", object: secret("ca", "7") },
    ];
    tracker.record("early", CA, undefined);
    await tracker.ended();
    changed.length = 0;
    tracker.record("late", CA, "6");
    tracker.record("current", CA, "7");
    assert.deepEqual(changed, ["late"]);
  });

  it("watches by name what it may not watch by namespace", async () => {
    rights = "by name";
    watched = [{ type: "ADDED", object: secret("ca", "6") }];
    tracker.record("issuer", CA, undefined);
    await tracker.ended();
    assert.deepEqual(watches, ["ns/secrets metadata.name=ca"]);
    assert.deepEqual(changed, ["issuer"]);
  });

  it("tells of an object that was gone before it could be watched by name", async () => {
    rights = "by name";
    tracker.record("issuer", CA, "5");
    await tracker.ended();
    assert.deepEqual(changed, ["issuer"]);
  });

  it("reads again and again what it may not watch at all", async () => {
    rights = "none";
    listed = [secret("ca", "6")];
    onSleep = (turn) => {
      if (turn === 2) listed = [];
      if (turn === 3) stop.abort();
    };
    tracker.record("issuer", CA, "6");
    await tracker.ended();
    assert.deepEqual(changed, ["issuer"]);
  });
});
