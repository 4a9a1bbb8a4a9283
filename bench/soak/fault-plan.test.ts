import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { planFaults } from "./fault-plan.ts";
import { seededRandom } from "./seeded-random.ts";

const QUICK = { name: "quick", recoversMs: 30_000 };
const SLOW = { name: "slow", recoversMs: 150_000 };
const HALF_HOUR_MS = 30 * 60_000;

function plan(seed: number, durationMs = HALF_HOUR_MS) {
  return planFaults([QUICK, SLOW], { durationMs, random: seededRandom(seed) });
}

describe("planFaults()", () => {
  it("gives the same for the same seed, and other faults for another", () => {
    assert.deepEqual(plan(1), plan(1));
    assert.notDeepEqual(plan(1), plan(2));
  });

  for (const seed of [1, 2, 3, 4, 5]) {
    it(`leaves each time to recover before the next and before the end, seed ${seed}`, () => {
      const planned = plan(seed);
      assert.ok(planned.length > 5);
      for (const [index, { atMs, lastsMs, recoversMs }] of planned.entries()) {
        const next = planned[index + 1]?.atMs ?? HALF_HOUR_MS;
        assert.ok(atMs + lastsMs + recoversMs <= next);
      }
    });
  }

  it("repeats none before all were due", () => {
    const kinds = [QUICK, { name: "as quick", recoversMs: 30_000 }] as const;
    const options = { durationMs: HALF_HOUR_MS, random: seededRandom(1) };
    const names = planFaults([...kinds], options).map(({ name }) => name);
    assert.ok(names.length > 10);
    for (let n = 0; n + 1 < names.length; n += 2) assert.notEqual(names[n], names[n + 1]);
  });

  it("has one fault in the midst of a run of seconds", () => {
    const [fault, ...more] = plan(1, 15_000);
    assert.deepEqual(more, []);
    assert.ok(fault !== undefined && fault.atMs > 0 && fault.atMs + fault.lastsMs < 15_000);
  });
});
