import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { SHARDED } from "./shard-group.ts";
import { type ModelReplica, ShardModel, settle } from "./testdata/shard-model.ts";

describe("ShardMember", () => {
  let model: ShardModel;
  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout", "Date"], now: 0 });
    model = new ShardModel(() => 0.5);
  });
  afterEach(async () => {
    for (const each of model.replicas) void each.stop(); // what is still there, whatever it does
    await settle();
    mock.timers.reset();
  });

  async function startAll(...schemes: (string | undefined)[]): Promise<ModelReplica[]> {
    const replicas: ModelReplica[] = [];
    for (const scheme of schemes) {
      replicas.push(model.start(scheme));
      await model.pass(1_000);
    }
    return replicas;
  }
  const owned = (...replicas: ModelReplica[]): number[] =>
    replicas.map(({ working }) => working.size);
  const holderOfBase = (): string | undefined =>
    model.api.leases.get("group")?.spec?.holderIdentity;

  it("owns everything alone, and shares as soon as another joins", async () => {
    const [a] = await startAll("s");
    assert.ok(a);
    assert.deepEqual(owned(a), [32]);
    const [b] = await startAll("s");
    assert.ok(b);
    assert.deepEqual(owned(a, b), [16, 16]);
  });

  it("hands over at once when one leaves, and gives the base lease back as the last", async () => {
    const [a, b] = await startAll("s", "s");
    assert.ok(a && b);
    void a.stop(); // its end shows in what the other owns
    await model.pass(1_000);
    assert.deepEqual(owned(a, b), [0, 32]);
    assert.equal(holderOfBase(), SHARDED);
    void b.stop();
    await model.pass(1_000);
    assert.equal(holderOfBase(), "");
    const left = [...model.api.leases.keys()].filter((name) => name.includes("member"));
    assert.deepEqual(left, []);
  });

  it("takes over from one that is killed once its lease has run out, and not before", async () => {
    const [a, b] = await startAll("s", "s");
    assert.ok(a && b);
    model.kill(a);
    await model.pass(11_500);
    assert.deepEqual(owned(b), [16]);
    await model.pass(4_500);
    assert.deepEqual(owned(b), [32]);
  });

  it("takes nothing from others whose renewals it was not told of", async () => {
    const [a, b] = await startAll("s", "s");
    assert.ok(a && b);
    a.connection.deafen();
    await model.pass(60_000);
    assert.deepEqual([a.fence.isOpen(), b.fence.isOpen()], [true, true]);
    assert.deepEqual(owned(a, b), [16, 16]);
  });

  it("ends when its lease was deleted, and never makes it again; the other waits until it must have", async () => {
    const [a, b] = await startAll("s", "s");
    assert.ok(a && b);
    model.deleteMemberLease(a);
    await model.pass(3_000);
    assert.equal(a.fence.closed.reason.code, "ERR_LEASE_LOST");
    assert.equal([...model.api.leases.keys()].filter((name) => name.includes("member")).length, 1);
    await model.pass(9_000);
    assert.deepEqual(owned(b), [16]);
    await model.pass(5_000);
    assert.deepEqual(owned(b), [32]);
  });

  for (const name of ["group", "group.slot-03"]) {
    it(`ends when somebody has deleted ${name}`, async () => {
      const [a] = await startAll("s");
      assert.ok(a);
      model.api.remove(name);
      await model.pass(250);
      assert.equal(a.fence.closed.reason.code, "ERR_LEASE_LOST");
      assert.match(a.fence.closed.reason.message, /somebody else has changed (the lease|slot 3)/);
    });
  }

  it("waits while others map keys to slots otherwise, and joins when the last has left", async () => {
    const [a, b] = await startAll("s", "t");
    assert.ok(a && b);
    await model.pass(60_000);
    assert.deepEqual([a.fence.isOpen(), b.fence.isOpen()], [true, false]);
    void a.stop();
    await model.pass(500);
    assert.deepEqual(owned(b), [32]);
  });

  it("waits for a leader, and a leader for the last of the members", async () => {
    const [leader, a] = await startAll(undefined, "s");
    assert.ok(leader && a);
    assert.deepEqual([leader.fence.isOpen(), a.fence.isOpen()], [true, false]);
    void leader.stop();
    await model.pass(5_000);
    assert.deepEqual(owned(a), [32]);
    const [next] = await startAll(undefined);
    await model.pass(60_000);
    assert.equal(next?.fence.isOpen(), false);
    void a.stop();
    await model.pass(500);
    assert.equal(next?.fence.isOpen(), true);
  });
});
