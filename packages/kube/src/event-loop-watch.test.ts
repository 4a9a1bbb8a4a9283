import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { EventLoopWatch } from "./event-loop-watch.ts";
import type { Logger } from "./logger.ts";

describe("EventLoopWatch", () => {
  let stoodStillMs = 0;
  const logged: object[] = [];
  const silent = (): void => {};
  const warn = (fields: object): unknown => logged.push(fields);
  const logger: Logger = { debug: silent, info: silent, warn, error: silent };
  const watch = new EventLoopWatch({ logger, now: () => Date.now() + stoodStillMs });
  const stop = new AbortController();
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"], now: 0 }));
  afterEach(() => mock.timers.reset());

  async function tick(): Promise<void> {
    mock.timers.tick(500);
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  it("tells how long the loop stood still, and is well again at the next tick", async () => {
    const running = watch.run(stop.signal);
    await tick();
    assert.equal(watch.delayMs, 0);
    assert.doesNotThrow(watch.check.check);
    stoodStillMs = 5_700;
    assert.equal(watch.delayMs, 5_200);
    assert.throws(watch.check.check, /^Error: The event loop was late by 5200 ms$/);
    await tick();
    assert.deepEqual(logged, [{ delayMs: 5_700 }]);
    assert.throws(watch.check.check, /late by 5700 ms$/);
    await tick();
    assert.doesNotThrow(watch.check.check);
    stop.abort();
    await running;
  });
});
