import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { partOfLimits } from "./flow-limits.ts";

describe("partOfLimits()", () => {
  const limits = { concurrency: 8, rate: { burst: 4, refillMs: 100 } };

  for (const [share, part] of [
    [1, limits],
    [0.5, { concurrency: 4, rate: { burst: 2, refillMs: 200 } }],
    [0.3, { concurrency: 2, rate: { burst: 1.2, refillMs: 100 / 0.3 } }],
    [1 / 32, { concurrency: 1, rate: { burst: 1, refillMs: 3_200 } }],
  ] as const) {
    it(`leaves ${share} of the requests their part of the limits, and one call at least`, () => {
      assert.deepEqual(partOfLimits(limits, share), part);
    });
  }

  it("knows no rate where there is none", () => {
    assert.deepEqual(partOfLimits({ concurrency: 8 }, 0.5), { concurrency: 4 });
  });
});
