import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SlotWork } from "./slot-work.ts";

const NEW = { isBegun: false };
const BEGUN = { isBegun: true };

describe("SlotWork", () => {
  function opened(): SlotWork {
    const work = new SlotWork();
    work.open([1]);
    return work;
  }
  const end = (work: SlotWork, signal = new AbortController().signal): Promise<boolean> =>
    work.end(1, { withinMs: 60_000, signal });

  it("lets nobody into a slot that is not open", () => {
    assert.equal(new SlotWork().enter(1, BEGUN), false);
    assert.equal(opened().enter(2, NEW), false);
    assert.equal(opened().enter(1, NEW), true);
  });

  it("ends a slot at once in which nothing is under way", async () => {
    const work = opened();
    assert.equal(await end(work), true);
    assert.equal(work.has(1), false);
    assert.equal(work.enter(1, BEGUN), false);
  });

  it("takes nothing new into a slot that ends, and waits for what is under way", async () => {
    const work = opened();
    work.enter(1, NEW);
    const ending = end(work);
    assert.equal(work.enter(1, NEW), false);
    assert.equal(work.has(1), true);
    work.leave(1);
    assert.equal(await ending, true);
  });

  it("has a held result written before a slot has ended", async () => {
    const work = opened();
    work.enter(1, NEW);
    work.hold(1, "uid");
    work.leave(1);
    let hasEnded = false;
    const ending = end(work).then((isEnded) => {
      hasEnded = isEnded;
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(hasEnded, false);
    assert.equal(work.enter(1, BEGUN), true);
    work.letGo("uid");
    work.leave(1);
    await ending;
    assert.equal(hasEnded, true);
  });

  it("opens a slot again whose work does not end", async () => {
    const work = opened();
    work.enter(1, NEW);
    const stop = new AbortController();
    const ending = end(work, stop.signal);
    stop.abort();
    assert.equal(await ending, false);
    assert.equal(work.enter(1, NEW), true);
  });
});
