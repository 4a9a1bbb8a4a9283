import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { LeaderElectionError } from "./leader-election-error.ts";
import { WriteFence } from "./write-fence.ts";

describe("WriteFence", () => {
  let fence: WriteFence;
  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout", "Date"], now: 0 });
    fence = new WriteFence({ now: () => Date.now() });
  });
  afterEach(() => mock.timers.reset());

  it("is shut until it is opened, and opens later than a refused write", () => {
    assert.throws(() => fence.assertOpen(), { code: "ERR_NOT_LEADING" });
    assert.equal(fence.extendTo(10_000), true);
    assert.doesNotThrow(() => fence.assertOpen());
  });

  it("shuts at its deadline", () => {
    fence.extendTo(10_000);
    mock.timers.tick(9_999);
    assert.equal(fence.isOpen(), true);
    mock.timers.tick(1);
    assert.equal(fence.isOpen(), false);
    assert.equal(fence.closed.aborted, true);
    assert.throws(() => fence.assertOpen(), { code: "ERR_LEASE_LOST" });
  });

  it("stays open as long as it is extended", () => {
    fence.extendTo(10_000);
    mock.timers.tick(9_000);
    assert.equal(fence.extendTo(19_000), true);
    mock.timers.tick(9_999);
    assert.equal(fence.isOpen(), true);
    assert.equal(fence.closed.aborted, false);
  });

  it("refuses a write after its deadline although no timer has run, as in a process that was stopped", () => {
    let now = 0;
    fence = new WriteFence({ now: () => now });
    fence.extendTo(10_000);
    now = 10_000;
    assert.equal(fence.closed.aborted, false);
    assert.throws(() => fence.assertOpen(), { code: "ERR_LEASE_LOST" });
    assert.equal(fence.closed.aborted, true);
  });

  it("is not opened again by a renewal that comes too late", () => {
    let now = 0;
    fence = new WriteFence({ now: () => now });
    fence.extendTo(10_000);
    now = 10_000;
    assert.equal(fence.extendTo(20_000), false);
    assert.equal(fence.isOpen(), false);
    assert.equal(fence.closed.aborted, true);
  });

  it("is not opened by a lease that was won too long ago, and may be opened by the next", () => {
    mock.timers.tick(10_000);
    assert.equal(fence.extendTo(10_000), false);
    assert.equal(fence.closed.aborted, false);
    assert.equal(fence.extendTo(20_000), true);
  });

  it("says why it was closed", () => {
    fence.extendTo(10_000);
    fence.close(new LeaderElectionError("ERR_LEASE_RELEASED", "given back"));
    assert.throws(() => fence.assertOpen(), { code: "ERR_LEASE_RELEASED", message: "given back" });
    assert.equal(fence.extendTo(20_000), false);
  });
});
