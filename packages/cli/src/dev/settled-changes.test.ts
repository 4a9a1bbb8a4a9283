import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Stamps, settledChanges, startWatching } from "./settled-changes.ts";

type Look = Readonly<Record<string, string | undefined>>;

/** What each look after the first tells. */
function told([first = {}, ...looks]: readonly Look[]): (readonly string[])[] {
  const stamps = (look: Look): Stamps => new Map(Object.entries(look));
  let state = startWatching(stamps(first));
  return looks.map((look) => {
    const next = settledChanges(state, stamps(look));
    state = next.state;
    return next.changed;
  });
}

const ROWS: readonly [rule: string, looks: readonly Look[], told: readonly string[][]][] = [
  ["tells nothing while nothing changes", [{ a: "1" }, { a: "1" }], [[]]],
  [
    "tells a file once it has come to rest",
    [{ a: "1" }, { a: "2" }, { a: "2" }, { a: "2" }],
    [[], ["a"], []],
  ],
  [
    "waits while a file is still being written",
    [{ a: "1" }, { a: "2" }, { a: "3" }, { a: "3" }],
    [[], [], ["a"]],
  ],
  [
    "tells files that are saved one after the other together",
    [
      { a: "1", b: "1" },
      { a: "2", b: "1" },
      { a: "2", b: "2" },
      { a: "2", b: "2" },
    ],
    [[], [], ["a", "b"]],
  ],
  [
    "tells nothing of a file that is put back before it has come to rest",
    [{ a: "1" }, { a: "2" }, { a: "1" }, { a: "1" }],
    [[], [], []],
  ],
  [
    "tells a file that is replaced by way of none as one change",
    [{ a: "1" }, { a: undefined }, { a: "2" }, { a: "2" }],
    [[], [], ["a"]],
  ],
  [
    "tells a file that comes to be, where it was looked for",
    [{ a: undefined }, { a: "1" }, { a: "1" }],
    [[], ["a"]],
  ],
  ["tells a file that has gone", [{ a: "1" }, { a: undefined }, { a: undefined }], [[], ["a"]]],
  [
    "takes a file that is looked at for the first time as it is",
    [{ a: "1" }, { a: "1", b: "1" }, { a: "1", b: "1" }, { a: "1", b: "2" }, { a: "1", b: "2" }],
    [[], [], [], ["b"]],
  ],
  [
    "forgets a file that is not looked at any more",
    [{ a: "1", b: "1" }, { a: "1" }, { a: "1", b: "2" }, { a: "1", b: "2" }],
    [[], [], []],
  ],
];

describe("settledChanges()", () => {
  for (const [rule, looks, expected] of ROWS) {
    it(rule, () => assert.deepEqual(told(looks), expected));
  }
});
