import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";
import { type ReconcileResult, runController } from "./controller.ts";
import type { Logger } from "./logger.ts";
import { createMetrics } from "./prometheus-metrics.ts";
import { Workqueue } from "./workqueue.ts";

describe("runController()", () => {
  let queue: Workqueue;
  let errors: object[];
  let logger: Logger;
  let stop: AbortController;

  beforeEach(() => {
    queue = new Workqueue({ backoff: { initialMs: 0, maxMs: 0 } });
    errors = [];
    const silent = (): void => {};
    logger = { debug: silent, info: silent, warn: silent, error: (fields) => errors.push(fields) };
    stop = new AbortController();
  });

  it("puts a key back whose reconcile throws, and logs the error", async () => {
    let calls = 0;
    queue.add("a");
    const reconcile = async (): Promise<object> => {
      calls += 1;
      if (calls === 1) throw new Error("boom");
      stop.abort();
      return {};
    };
    await runController({ name: "test", queue, reconcile, logger }, stop.signal);
    assert.equal(calls, 2);
    assert.equal(errors.length, 1);
  });

  it("looks again after the time that the reconcile asks for", async () => {
    let calls = 0;
    queue.add("a");
    const reconcile = async (): Promise<{ requeueAfterMs?: number }> => {
      calls += 1;
      if (calls === 3) stop.abort();
      return { requeueAfterMs: 0 };
    };
    await runController({ name: "test", queue, reconcile, logger }, stop.signal);
    assert.equal(calls, 3);
  });

  it("reconciles as many keys at once as it may, and never one of them twice", async () => {
    const running = new Set<string>();
    let most = 0;
    let done = 0;
    const reconcile = async (key: string): Promise<object> => {
      assert.equal(running.has(key), false);
      running.add(key);
      most = Math.max(most, running.size);
      queue.add(key);
      await setImmediate();
      running.delete(key);
      done += 1;
      if (done >= 30) stop.abort();
      return {};
    };
    for (const key of ["a", "b", "c", "d", "e"]) queue.add(key);
    const options = { name: "test", queue, reconcile, logger, maxConcurrentReconciles: 3 };
    await runController(options, stop.signal);
    assert.equal(most, 3);
    assert.deepEqual(errors, []);
  });

  it("begins each reconcile in a turn of its own, so that what the one before sends is not held up", async () => {
    const seen: string[] = [];
    const reconcile = async (key: string): Promise<object> => {
      seen.push(`${key} begins`);
      await Promise.resolve();
      seen.push(`${key} sends`);
      if (key === "c") stop.abort();
      return {};
    };
    for (const key of ["a", "b", "c"]) queue.add(key);
    const options = { name: "test", queue, reconcile, logger, maxConcurrentReconciles: 3 };
    await runController(options, stop.signal);
    assert.deepEqual(
      seen,
      ["a", "b", "c"].flatMap((key) => [`${key} begins`, `${key} sends`]),
    );
  });

  it("begins no reconcile of a key that was taken before the signal aborted", async () => {
    queue.add("a");
    const reconcile = (): Promise<object> => assert.fail("reconcile() was called");
    const running = runController({ name: "test", queue, reconcile, logger }, stop.signal);
    await Promise.resolve();
    stop.abort();
    await running;
  });

  it("ends after the reconciles under way, and takes nothing more", async () => {
    const finished: string[] = [];
    queue.add("a");
    queue.add("b");
    const reconcile = async (key: string): Promise<object> => {
      stop.abort();
      await Promise.resolve();
      finished.push(key);
      return {};
    };
    await runController({ name: "test", queue, reconcile, logger }, stop.signal);
    assert.deepEqual(finished, ["a"]);
  });

  it("does nothing when the signal has aborted before", async () => {
    queue.add("a");
    stop.abort();
    const reconcile = (): Promise<object> => assert.fail("reconcile() was called");
    await runController({ name: "test", queue, reconcile, logger }, stop.signal);
  });

  it("counts how reconciles end, and how long they take", async () => {
    const metrics = createMetrics({ process: false });
    const results: (() => ReconcileResult)[] = [
      () => ({}),
      () => ({ requeueAfterMs: 0 }),
      () => ({ requeueAfterMs: 60_000 }),
      () => {
        throw new Error("boom");
      },
    ];
    const reconcile = async (key: string): Promise<ReconcileResult> => {
      const result = results[Number(key)];
      results[Number(key)] = () => ({});
      if (results.length === Number(key) + 1) stop.abort();
      return result?.() ?? {};
    };
    for (const key of results.keys()) queue.add(String(key));
    await runController({ name: "test", queue, reconcile, logger, metrics }, stop.signal);
    const text = await metrics.expose();
    for (const line of [
      'reconcile_total{controller="test",result="success"} 1',
      'reconcile_total{controller="test",result="requeue"} 1',
      'reconcile_total{controller="test",result="requeue_after"} 1',
      'reconcile_total{controller="test",result="error"} 1',
      'reconcile_errors_total{controller="test"} 1',
      'reconcile_time_seconds_count{controller="test"} 4',
      'active_workers{controller="test"} 0',
      'max_concurrent_reconciles{controller="test"} 1',
      'reconcile_panics_total{controller="test"} 0',
    ]) {
      assert.ok(text.includes(`controller_runtime_${line}\n`), `${line} is not in\n${text}`);
    }
  });
});
