import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { MetricsRegistry } from "./metrics.ts";
import { createMetrics } from "./prometheus-metrics.ts";
import { LOW_PRIORITY, Workqueue } from "./workqueue.ts";
import { workqueueMetrics } from "./workqueue-metrics.ts";

describe("workqueueMetrics()", () => {
  let metrics: MetricsRegistry;
  let nowMs: number;
  let queue: Workqueue;

  beforeEach(() => {
    metrics = createMetrics({ process: false });
    nowMs = 0;
    queue = new Workqueue({
      now: () => nowMs,
      observe: workqueueMetrics(metrics, { name: "q", now: () => nowMs }),
    });
  });

  /** The value of a series, by its name without `workqueue_` and its labels beyond the queue's. */
  async function value(series: string, labels = ""): Promise<number | undefined> {
    const line = `workqueue_${series}{name="q",controller="q"${labels}} `;
    const found = (await metrics.expose()).split("\n").find((each) => each.startsWith(line));
    return found === undefined ? undefined : Number(found.slice(line.length));
  }

  it("counts the keys that wait, by priority, and zero when they wait no more", async () => {
    queue.add("a");
    queue.add("b", { priority: LOW_PRIORITY });
    queue.add("c", { priority: LOW_PRIORITY });
    assert.equal(await value("depth", ',priority="0"'), 1);
    assert.equal(await value("depth", ',priority="-100"'), 2);
    queue.add("b");
    assert.equal(await value("depth", ',priority="0"'), 2);
    await queue.take();
    await queue.take();
    assert.equal(await value("depth", ',priority="0"'), 0);
    assert.equal(await value("depth", ',priority="-100"'), 1);
  });

  it("counts each key once that is added while it waits, and again while it is worked on", async () => {
    queue.add("a");
    queue.add("a");
    assert.equal(await value("adds_total"), 1);
    await queue.take();
    queue.add("a");
    queue.add("a");
    assert.equal(await value("adds_total"), 2);
    queue.done("a");
    assert.equal(await value("adds_total"), 2);
  });

  it("measures how long keys wait and how long they are worked on", async () => {
    queue.add("a");
    nowMs = 2_000;
    await queue.take();
    nowMs = 5_000;
    queue.add("a");
    nowMs = 6_000;
    assert.equal(await value("unfinished_work_seconds"), 4);
    assert.equal(await value("longest_running_processor_seconds"), 4);
    queue.done("a");
    assert.equal(await value("unfinished_work_seconds"), 0);
    assert.equal(await value("work_duration_seconds_sum"), 4);
    await queue.take();
    assert.equal(await value("queue_duration_seconds_sum"), 3);
    assert.equal(await value("queue_duration_seconds_count"), 2);
  });

  it("measures a key that a worker waits for", async () => {
    const taken = queue.take();
    queue.add("a");
    await taken;
    assert.equal(await value("queue_duration_seconds_count"), 1);
    assert.equal(await value("depth", ',priority="0"'), 0);
  });

  it("counts what is added with a delay", async () => {
    queue.addAfter("a", 0);
    assert.equal(await value("retries_total"), 0);
    queue.addAfter("b", 1_000);
    queue.addRateLimited("c");
    assert.equal(await value("retries_total"), 2);
    queue.shutDown();
  });
});
