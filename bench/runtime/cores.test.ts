import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Halves, halvesOf, readCores } from "./cores.ts";

describe("readCores()", () => {
  for (const [list, cores] of [
    ["0", [0]],
    ["0-3", [0, 1, 2, 3]],
    ["2,5-6,9", [2, 5, 6, 9]],
  ] as const) {
    it(`reads ${list}`, () => assert.deepEqual(readCores(list), cores));
  }
});

describe("halvesOf()", () => {
  const rows: [string, Halves | undefined][] = [
    ["3", undefined],
    ["0-1", { servers: "0", contender: "1" }],
    ["0,2-3", { servers: "0,2", contender: "3" }],
    ["0-7", { servers: "0,1,2,3", contender: "4,5,6,7" }],
  ];
  for (const [list, halves] of rows) {
    it(`divides ${list}`, () => assert.deepEqual(halvesOf(readCores(list)), halves));
  }
});
