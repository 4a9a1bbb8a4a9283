import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Informer } from "./informer.ts";
import type { KubeObject } from "./object.ts";
import { PartitionedInformer } from "./partitioned-informer.ts";
import type { WatchEvent } from "./watch-event.ts";

function pod(name: string, resourceVersion: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "ns", name, resourceVersion, uid: `uid-${resourceVersion}` },
  };
}

/** A part whose watch tells what a test gives it, when it does. */
class Part {
  #next = Promise.withResolvers<WatchEvent<KubeObject>>();
  readonly informer: Informer<KubeObject>;

  constructor(listed: KubeObject[], onError: (error: unknown) => void) {
    const events = this.#events();
    this.informer = new Informer<KubeObject>(
      {
        list: async () => ({ metadata: { resourceVersion: "5" }, items: listed }),
        watch: async () => events,
      },
      { indexes: { name: ({ metadata }) => [metadata.name] }, onError },
    );
  }

  async tell(type: "ADDED" | "DELETED", object: KubeObject): Promise<void> {
    this.#next.resolve({ type, object });
    await new Promise(setImmediate);
  }

  async *#events(): AsyncGenerator<WatchEvent<KubeObject>> {
    for (;;) {
      yield await this.#next.promise;
      this.#next = Promise.withResolvers();
    }
  }
}

describe("PartitionedInformer", () => {
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);

  async function start(a: KubeObject[], b: KubeObject[]) {
    const parts = [new Part(a, onError), new Part(b, onError)] as const;
    const informer = new PartitionedInformer(async () => parts.map((part) => part.informer));
    const told: string[] = [];
    informer.onChange(({ key, before, after }) => {
      told.push(`${key} ${before?.metadata.uid} → ${after?.metadata.uid}`);
    });
    const abort = new AbortController();
    void informer.run(abort.signal); // its watches stay open: the test's end is theirs
    await informer.synced;
    told.length = 0;
    return { a: parts[0], b: parts[1], informer, told };
  }

  it("reads its parts as one", async () => {
    const { informer } = await start([pod("a", "1")], [pod("b", "2"), pod("c", "3")]);
    const { store } = informer;
    assert.equal(store.size, 3);
    assert.deepEqual(store.list(), [pod("a", "1"), pod("b", "2"), pod("c", "3")]);
    assert.deepEqual(store.get("ns/c"), pod("c", "3"));
    assert.equal(store.get("ns/d"), undefined);
    assert.deepEqual(store.keysByIndex("name", "b"), ["ns/b"]);
  });

  it("tells an object that moves to another part, the new one first, and never its end", async () => {
    const { a, b, informer, told } = await start([pod("x", "9")], []);
    await b.tell("ADDED", pod("x", "10"));
    assert.equal(informer.store.get("ns/x")?.metadata.uid, "uid-10");
    await a.tell("DELETED", pod("x", "9"));
    assert.deepEqual(told, ["ns/x undefined → uid-10", "ns/x uid-9 → uid-10"]);
    assert.equal(informer.store.get("ns/x")?.metadata.uid, "uid-10");
  });

  it("tells an object that moves to another part, the old one first, as an end and a beginning", async () => {
    const { a, b, told } = await start([pod("x", "9")], []);
    await a.tell("DELETED", pod("x", "9"));
    await b.tell("ADDED", pod("x", "10"));
    assert.deepEqual(told, ["ns/x uid-9 → undefined", "ns/x undefined → uid-10"]);
  });
});
