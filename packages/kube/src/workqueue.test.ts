import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { LOW_PRIORITY, Workqueue } from "./workqueue.ts";

function createQueue(): Workqueue {
  return new Workqueue({
    now: () => Date.now(),
    random: () => 0,
    backoff: { initialMs: 1_000, maxMs: 4_000 },
  });
}

/** What `take` gives right now, or "nothing" while it would wait. */
async function takeNow(queue: Workqueue): Promise<string | undefined> {
  if (queue.depth === 0) return "nothing";
  return queue.take();
}

describe("Workqueue", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"], now: 0 }));
  afterEach(() => mock.timers.reset());

  it("take() gives keys in the order they were added", async () => {
    const queue = createQueue();
    queue.add("a");
    queue.add("b");
    assert.equal(await queue.take(), "a");
    assert.equal(await queue.take(), "b");
  });

  it("add() holds a waiting key once", async () => {
    const queue = createQueue();
    queue.add("a");
    queue.add("a");
    assert.equal(await queue.take(), "a");
    queue.done("a");
    assert.equal(await takeNow(queue), "nothing");
  });

  it("take() prefers what arrived now to what the initial list held", async () => {
    const queue = createQueue();
    queue.add("old", { priority: LOW_PRIORITY });
    queue.add("new");
    assert.equal(await queue.take(), "new");
    assert.equal(await queue.take(), "old");
  });

  it("add() raises the priority of a waiting key, and take() gives it once", async () => {
    const queue = createQueue();
    queue.add("a", { priority: LOW_PRIORITY });
    queue.add("b", { priority: LOW_PRIORITY });
    queue.add("b");
    assert.equal(await queue.take(), "b");
    assert.equal(await queue.take(), "a");
    assert.equal(queue.depth, 0);
  });

  it("add() never lowers the priority of a waiting key", async () => {
    const queue = createQueue();
    queue.add("a");
    queue.add("b");
    queue.add("a", { priority: LOW_PRIORITY });
    assert.equal(await queue.take(), "a");
  });

  it("take() gives a key to one worker at a time", async () => {
    const queue = createQueue();
    queue.add("a");
    assert.equal(await queue.take(), "a");
    queue.add("a");
    queue.add("b");
    assert.equal(await queue.take(), "b");
    queue.done("a");
    assert.equal(await queue.take(), "a");
  });

  it("done() without an add in between leaves nothing to take", async () => {
    const queue = createQueue();
    queue.add("a");
    await queue.take();
    queue.done("a");
    assert.equal(await takeNow(queue), "nothing");
  });

  it("take() waits for a key and gets it at once", async () => {
    const queue = createQueue();
    const taken = queue.take();
    queue.add("a");
    assert.equal(await taken, "a");
    queue.add("a");
    assert.equal(queue.depth, 1, "a is held by the worker: it waits");
    queue.done("a");
    assert.equal(await queue.take(), "a");
  });

  it("addAfter() adds the key when the delay has passed, not before", async () => {
    const queue = createQueue();
    queue.addAfter("a", 100);
    mock.timers.tick(99);
    assert.equal(await takeNow(queue), "nothing");
    mock.timers.tick(1);
    assert.equal(await queue.take(), "a");
  });

  it("addAfter() keeps the earlier of two delays", async () => {
    const queue = createQueue();
    queue.addAfter("a", 100);
    queue.addAfter("a", 50);
    queue.addAfter("a", 200);
    mock.timers.tick(50);
    assert.equal(await queue.take(), "a");
    queue.done("a");
    mock.timers.tick(500);
    assert.equal(await takeNow(queue), "nothing");
  });

  it("addAfter() of one key does not hold up another that is due sooner", async () => {
    const queue = createQueue();
    queue.addAfter("late", 1_000);
    queue.addAfter("soon", 10);
    mock.timers.tick(10);
    assert.equal(await queue.take(), "soon");
  });

  it("add() drops the key's delay", async () => {
    const queue = createQueue();
    queue.addAfter("a", 100);
    queue.add("a");
    assert.equal(await queue.take(), "a");
    queue.done("a");
    mock.timers.tick(100);
    assert.equal(await takeNow(queue), "nothing");
  });

  it("addAfter() waits longer than one timer can", async () => {
    const queue = createQueue();
    const days30 = 30 * 24 * 3_600_000;
    queue.addAfter("a", days30);
    mock.timers.tick(days30 - 1);
    assert.equal(await takeNow(queue), "nothing");
    mock.timers.tick(1);
    assert.equal(await takeNow(queue), "a");
  });

  it("addRateLimited() doubles the delay up to the longest, and forget() starts anew", () => {
    const queue = createQueue();
    const delays = [1, 2, 3, 4].map(() => queue.addRateLimited("a"));
    assert.deepEqual(delays, [1_000, 2_000, 4_000, 4_000]);
    queue.forget("a");
    assert.equal(queue.addRateLimited("a"), 1_000);
    assert.equal(queue.addRateLimited("b"), 1_000);
  });

  it("shutDown() ends every take and accepts nothing more", async () => {
    const queue = createQueue();
    const taken = queue.take();
    queue.addAfter("a", 10);
    queue.shutDown();
    assert.equal(await taken, undefined);
    queue.add("b");
    mock.timers.tick(10);
    assert.equal(await queue.take(), undefined);
    assert.equal(queue.depth, 0);
  });
});
