import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LruMap } from "./lru-map.ts";

function createMap(): LruMap<number> {
  const map = new LruMap<number>(2);
  map.set("a", 1);
  map.set("b", 2);
  return map;
}

describe("LruMap", () => {
  it("set() drops the least recently set when it is full", () => {
    const map = createMap();
    map.set("c", 3);
    assert.deepEqual(
      [...map],
      [
        ["b", 2],
        ["c", 3],
      ],
    );
    assert.equal(map.size, 2);
  });

  it("get() counts as a use", () => {
    const map = createMap();
    assert.equal(map.get("a"), 1);
    map.set("c", 3);
    assert.equal(map.get("b"), undefined);
    assert.equal(map.get("a"), 1);
  });

  it("set() of a key that is there drops nothing", () => {
    const map = createMap();
    map.set("a", 9);
    assert.deepEqual(
      [...map].map(([key]) => key),
      ["b", "a"],
    );
  });

  it("delete() makes room", () => {
    const map = createMap();
    map.delete("a");
    map.set("c", 3);
    assert.equal(map.get("b"), 2);
  });
});
