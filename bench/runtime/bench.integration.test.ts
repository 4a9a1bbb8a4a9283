// The bench itself, on a few requests, so that it does not rot: that it measures, not what.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type BenchSetting, isWithin } from "./bench-case.ts";
import { apart } from "./cases/apart.ts";
import { backlog } from "./cases/backlog.ts";
import { writes } from "./cases/writes.ts";
import { findHalves } from "./cores.ts";

const SMALL: BenchSetting = {
  pairs: 1,
  requests: 20,
  seconds: 1,
  finished: [100],
  from: "source",
  peer: undefined,
};

describe("bench/runtime", () => {
  it("measures ours beside a bare loop", async () => {
    const { bars } = await backlog.run(SMALL);
    assert.equal(bars.length, 2);
    for (const { what, value } of bars) assert.ok(value > 0, `${what}: ${value}`);
  });

  it("measures both on cores of their own, where there are two, and takes all again", async () => {
    const before = await findHalves();
    const { bars } = await apart.run(SMALL);
    assert.equal(bars.length, before === undefined ? 0 : 1);
    for (const { what, value } of bars) assert.ok(value > 0, `${what}: ${value}`);
    assert.deepEqual(await findHalves(), before);
  });

  it("counts one status PATCH and one event for each request that is issued", async () => {
    const { bars } = await writes.run(SMALL);
    assert.deepEqual(
      bars.filter((bar) => !isWithin(bar)),
      [],
    );
  });
});
