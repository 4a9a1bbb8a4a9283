import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { SLOTS } from "./shard-group.ts";
import { type ModelReplica, ShardModel, settle } from "./testdata/shard-model.ts";

/** Histories: few, as each is one of its own. Set more to search. */
const RUNS = Number(process.env.PROPERTY_RUNS ?? 8);
const ACTS = 14;

describe("Whatever happens to the replicas, no two own the same slot", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"], now: 0 }));
  afterEach(() => mock.timers.reset());

  const first = Number(process.env.PROPERTY_SEED ?? Math.floor(Math.random() * 1e9));
  for (let seed = first; seed < first + RUNS; seed += 1) {
    it(`and in the end every slot is owned, in history ${seed}`, () => play(seed));
  }
});

async function play(seed: number): Promise<void> {
  const random = randomFrom(seed);
  let chanceOfLoss = 0.1;
  const model = new ShardModel(random, () => chanceOfLoss);
  const ended = new Set<ModelReplica>();
  const ending: Promise<void>[] = [];
  const schemes = ["a", "a", "a", "b", undefined];
  model.start(pick(schemes, random));
  for (let act = 0; act < ACTS; act += 1) {
    await model.pass(Math.floor(random() * 8_000));
    const there = model.replicas.filter((each) => !ended.has(each));
    const any = pick(there, random);
    const what = random();
    if (any === undefined || (what < 0.35 && there.length < 5)) {
      model.start(pick(schemes, random));
    } else if (what < 0.46) {
      any.connection.hold();
    } else if (what < 0.6) {
      any.connection.deafen();
    } else if (what < 0.68) {
      for (const { connection } of there) connection.letGo();
    } else if (what < 0.74) {
      model.deleteMemberLease(any);
    } else if (what < 0.87) {
      model.kill(any);
      ended.add(any);
    } else {
      ended.add(any);
      ending.push(any.stop());
    }
  }
  // In the end all is well again, and replicas of one scheme are left.
  chanceOfLoss = 0;
  for (const each of model.replicas) {
    if (ended.has(each)) continue;
    each.connection.letGo();
    if (each.scheme !== "a") ending.push(each.stop());
  }
  const left = [model.start("a"), model.start("a")];
  await model.pass(120_000);
  const open = model.replicas.filter(({ fence }) => fence.isOpen());
  assert.ok(left.every((each) => open.includes(each)));
  const owned = open.flatMap(({ working }) => [...working]).sort((a, b) => a - b);
  assert.deepEqual(
    owned,
    Array.from({ length: SLOTS }, (_, slot) => slot),
  );
  for (const each of open) ending.push(each.stop());
  await model.pass(1_000);
  await settle();
}

/** Mulberry32: small, and the same for a seed on every machine. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<T>(from: readonly T[], random: () => number): T | undefined {
  return from[Math.floor(random() * from.length)];
}
