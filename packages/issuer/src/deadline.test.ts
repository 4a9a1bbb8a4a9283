import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { callWithDeadline } from "./deadline.ts";

describe("callWithDeadline()", () => {
  let overdue: number;
  let gone: AbortController;
  let stop: AbortController;
  let call: <T>(call: (signal: AbortSignal) => Promise<T>) => Promise<T>;

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    overdue = 0;
    gone = new AbortController();
    stop = new AbortController();
    const signals = [stop.signal, gone.signal];
    const onOverdue = (): void => {
      overdue += 1;
    };
    call = (each) =>
      callWithDeadline(each, { what: "sign()", deadlineMs: 1_000, signals, onOverdue });
  });

  afterEach(() => mock.timers.reset());

  const untilAborted = (signal: AbortSignal): Promise<never> =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      if (signal.aborted) reject(signal.reason);
    });

  for (const [name, controller] of [
    ["the request is gone", () => gone],
    ["the program ends", () => stop],
  ] as const) {
    it(`aborts the call when ${name}, with that reason`, async () => {
      const calling = call(untilAborted);
      controller().abort(new Error(name));
      await assert.rejects(calling, { message: name });
    });

    it(`aborts a call that begins when ${name} already`, async () => {
      controller().abort(new Error(name));
      await assert.rejects(call(untilAborted), { message: name });
    });
  }

  it("aborts the call at the deadline, and says so", async () => {
    const calling = call(untilAborted);
    mock.timers.tick(1_000);
    await assert.rejects(calling, {
      message: "sign() gave no answer within 1 s, see whether its CA can be reached",
    });
    assert.equal(overdue, 0);
  });

  it("takes what a call returns after its deadline", async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const calling = call(() => promise);
    mock.timers.tick(1_500);
    resolve("a certificate");
    assert.equal(await calling, "a certificate");
  });

  it("tells once of a call that ignores its signal as long again", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const calling = call(() => promise);
    mock.timers.tick(1_999);
    assert.equal(overdue, 0);
    mock.timers.tick(1);
    mock.timers.tick(10_000);
    assert.equal(overdue, 1);
    resolve();
    await calling;
  });

  it("leaves no timer behind, and aborts nothing once the call has ended", async () => {
    let seen: AbortSignal | undefined;
    await call(async (signal) => {
      seen = signal;
    });
    stop.abort();
    mock.timers.tick(10_000);
    assert.equal(seen?.aborted, false);
    assert.equal(overdue, 0);
  });
});
