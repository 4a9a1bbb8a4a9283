import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assignSlots } from "./slot-assignment.ts";

const SLOTS = 32;
const GROUPS = 40;

/** Members of a group, others for each seed. */
function membersOf(seed: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `pod-${seed}-${index}`);
}

function loadsOf(owners: readonly string[]): number[] {
  return [...Map.groupBy(owners, (owner) => owner).values()].map((each) => each.length).sort();
}

function moved(before: readonly string[], after: readonly string[]): number {
  return before.filter((owner, slot) => owner !== after[slot]).length;
}

describe("assignSlots()", () => {
  for (const [count, loads] of [
    [1, [32]],
    [2, [16, 16]],
    [3, [10, 11, 11]],
    [5, [6, 6, 6, 7, 7]],
    [20, [...Array(8).fill(1), ...Array(12).fill(2)]],
  ] as const) {
    it(`gives each of ${count} members about the same`, () => {
      for (let seed = 0; seed < GROUPS; seed += 1) {
        assert.deepEqual(loadsOf(assignSlots(membersOf(seed, count), SLOTS)), loads);
      }
    });
  }

  it("assigns nothing where there is nobody, and one slot each where there are too many", () => {
    assert.deepEqual(assignSlots([], SLOTS), []);
    assert.deepEqual(loadsOf(assignSlots(membersOf(0, 40), SLOTS)), Array(32).fill(1));
  });

  it("does not depend on the order in which members are known", () => {
    const members = membersOf(1, 7);
    assert.deepEqual(assignSlots(members.toReversed(), SLOTS), assignSlots(members, SLOTS));
  });

  it("moves little more than the share of a member that comes or goes", (context) => {
    for (const count of [2, 3, 4, 8]) {
      const moves = Array.from({ length: GROUPS }, (_, seed) => {
        const more = assignSlots(membersOf(seed, count + 1), SLOTS);
        return moved(more, assignSlots(membersOf(seed, count), SLOTS));
      });
      const share = SLOTS / (count + 1);
      const average = moves.reduce((sum, each) => sum + each, 0) / GROUPS;
      context.diagnostic(`${count} or ${count + 1} members: ${average} slots move of ${share}`);
      assert.ok(average < share * 2, `${average} slots move, ${share} are one member's share`);
    }
  });
});
