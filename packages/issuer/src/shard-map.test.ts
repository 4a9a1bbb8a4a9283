import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, it } from "node:test";
import { ShardMap } from "./shard-map.ts";

const CA = "AcmeIssuer.acme.example.com ns/ca";
const UIDS = Array.from({ length: 400 }, () => randomUUID());

describe("ShardMap", () => {
  it("has requests where their issuer is", () => {
    const map = new ShardMap();
    const slots = new Set(UIDS.map((uid) => map.slotOfRequest(CA, uid)));
    assert.deepEqual([...slots], [map.slotOfIssuer(CA)]);
  });

  it("divides the requests of an issuer that is named into as many slots, evenly, its own among them", () => {
    const map = new ShardMap(new Map([[CA, 4]]));
    const slots = map.slotsOfRequests(CA);
    assert.equal(new Set(slots).size, 4);
    assert.equal(slots[0], map.slotOfIssuer(CA));
    for (const slot of slots) {
      const count = UIDS.filter((uid) => map.slotOfRequest(CA, uid) === slot).length;
      assert.ok(count > 60 && count < 140, `${count} of 400 requests in one of 4 ranges`);
    }
  });

  it("has a slot of its own for each of the most ranges", () => {
    const map = new ShardMap(new Map([[CA, 32]]));
    assert.equal(new Set(map.slotsOfRequests(CA)).size, 32);
  });

  it("spreads issuers over the slots", () => {
    const map = new ShardMap();
    const slots = UIDS.map((uid) => map.slotOfIssuer(`AcmeIssuer.acme.example.com ns/${uid}`));
    assert.equal(new Set(slots).size, 32);
  });

  it("says in its scheme all that the slots depend on, in any order", () => {
    const a = new ShardMap(
      new Map([
        ["a", 2],
        ["b", 3],
      ]),
    );
    const b = new ShardMap(
      new Map([
        ["b", 3],
        ["a", 2],
      ]),
    );
    assert.equal(a.scheme, "v1 slots=32; a=2; b=3");
    assert.equal(b.scheme, a.scheme);
    assert.equal(new ShardMap().scheme, "v1 slots=32");
  });

  it("has the slots that it has always had: replicas of two versions work side by side", () => {
    assert.equal(new ShardMap().slotOfIssuer(CA), 12);
    const uid = "0b0e2b1c-3f5a-4a43-9f0e-5a2b8a1f6d11";
    assert.equal(new ShardMap(new Map([[CA, 4]])).slotOfRequest(CA, uid), 15);
  });
});
