import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubeObject } from "./object.ts";
import { Store } from "./store.ts";

function object(name: string, resourceVersion: string, uid = `uid-${name}`): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "ns", name, uid, resourceVersion },
  };
}

function listInto(store: Store<KubeObject>, ...objects: KubeObject[]): void {
  store.beginList();
  for (const each of objects) store.apply(each);
  store.endList();
}

describe("Store", () => {
  it("apply() tells a new object without before, a changed one with it", () => {
    const store = new Store();
    const first = object("a", "1");
    const second = object("a", "2");
    assert.deepEqual(store.apply(first), { key: "ns/a", after: first, isListed: false });
    assert.deepEqual(store.apply(second), {
      key: "ns/a",
      before: first,
      after: second,
      isListed: false,
    });
    assert.equal(store.get("ns/a"), second);
  });

  it("apply() keeps no managedFields", () => {
    const store = new Store();
    const { metadata, ...rest } = object("a", "1");
    store.apply({ ...rest, metadata: { ...metadata, managedFields: [{}] } });
    assert.deepEqual(store.get("ns/a"), object("a", "1"));
  });

  it("apply() tells nothing of a version that is known", () => {
    const store = new Store();
    store.apply(object("a", "1"));
    assert.equal(store.apply(object("a", "1")), undefined);
  });

  it("apply() tells an object that was made again under its name, by its uid", () => {
    const store = new Store();
    store.apply(object("a", "1", "old"));
    const change = store.apply(object("a", "9", "new"));
    assert.equal(change?.before?.metadata.uid, "old");
    assert.equal(change?.after?.metadata.uid, "new");
  });

  it("endList() takes out what the list did not tell", () => {
    const store = new Store();
    listInto(store, object("a", "1"), object("b", "1"));
    store.beginList();
    store.apply(object("b", "1"));
    const gone = store.endList();
    assert.deepEqual(
      gone.map((change) => [change.key, change.after]),
      [["ns/a", undefined]],
    );
    assert.deepEqual(store.list(), [object("b", "1")]);
  });

  it("beginList() drops what an unfinished list told before it", () => {
    const store = new Store();
    listInto(store, object("a", "1"));
    store.beginList();
    store.apply(object("a", "1"));
    store.beginList();
    assert.equal(store.endList().length, 1);
  });

  it("keep() decides what is held, and an object that is no longer kept leaves", () => {
    const store = new Store<KubeObject>({
      keep: (each) => (each.metadata.resourceVersion === "9" ? undefined : each),
    });
    assert.ok(store.apply(object("a", "1"))?.after);
    const change = store.apply(object("a", "9"));
    assert.equal(change?.after, undefined);
    assert.equal(store.size, 0);
    assert.equal(store.apply(object("a", "9")), undefined);
  });

  it("keysByIndex() follows objects as they come, change and leave", () => {
    const store = new Store<KubeObject>({
      indexes: { version: (each) => [each.metadata.resourceVersion ?? ""] },
    });
    store.apply(object("a", "1"));
    store.apply(object("b", "1"));
    assert.deepEqual(store.keysByIndex("version", "1"), ["ns/a", "ns/b"]);
    store.apply(object("a", "2"));
    assert.deepEqual(store.keysByIndex("version", "1"), ["ns/b"]);
    assert.deepEqual(store.keysByIndex("version", "2"), ["ns/a"]);
    store.delete(object("b", "1"));
    assert.deepEqual(store.keysByIndex("version", "1"), []);
  });

  it("keysByIndex() throws for an index that was not declared", () => {
    assert.throws(() => new Store().keysByIndex("issuer", "a"), {
      name: "TypeError",
      message: "Cannot look up index issuer: not declared",
    });
  });
});
