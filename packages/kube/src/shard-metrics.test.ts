import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMetrics } from "./prometheus-metrics.ts";
import { shardMetrics } from "./shard-metrics.ts";

describe("shardMetrics()", () => {
  it("tells how many slots are owned, asked when it is read, and how many have moved", async () => {
    const metrics = createMetrics({ process: false });
    let owned = 0;
    const measured = shardMetrics(metrics, { name: "acme.example.com", owned: () => owned });
    owned = 11;
    for (const move of ["taken", "taken", "released"] as const) measured.moved(move);
    const lines = (await metrics.expose()).split("\n").filter((line) => /^countersign/.test(line));
    assert.deepEqual(lines, [
      'countersign_owned_shards{name="acme.example.com"} 11',
      'countersign_shard_moves_total{name="acme.example.com",move="taken"} 2',
      'countersign_shard_moves_total{name="acme.example.com",move="released"} 1',
    ]);
  });
});
