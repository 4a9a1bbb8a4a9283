import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ConditionedObject } from "./object-row.ts";
import { describeChange, stateChanges } from "./state-change.ts";

type Conditions = NonNullable<NonNullable<ConditionedObject["status"]>["conditions"]>;

function object(uid: string, conditions: Conditions = []): ConditionedObject {
  const metadata = { namespace: "default", name: "web", uid };
  return { apiVersion: "v1", kind: "Thing", metadata, status: { conditions } };
}

const waiting = { type: "Ready", status: "False", reason: "Pending", message: "It waits" } as const;
const issued = { type: "Ready", status: "True", reason: "Issued", message: "" } as const;
const approved = { type: "Approved", status: "True" } as const;

const ROWS: readonly [
  rule: string,
  change: { before?: ConditionedObject; after?: ConditionedObject },
  lines: readonly string[],
][] = [
  ["an object is new", { after: object("1") }, ["created"]],
  [
    "an object is new and has a state already",
    { after: object("1", [waiting]) },
    ["created", "Ready=False, Pending: It waits"],
  ],
  [
    "only one condition has changed",
    { before: object("1", [approved, waiting]), after: object("1", [approved, issued]) },
    ["Ready=True, Issued"],
  ],
  [
    "a message has changed",
    { before: object("1", [waiting]), after: object("1", [{ ...waiting, message: "Still" }]) },
    ["Ready=False, Pending: Still"],
  ],
  [
    "nothing that is told has changed",
    { before: object("1", [approved]), after: object("1", [approved]) },
    [],
  ],
  [
    "a condition without reason or message",
    { before: object("1"), after: object("1", [approved]) },
    ["Approved=True"],
  ],
  ["it has gone", { before: object("1", [approved]) }, ["deleted"]],
  [
    "it was made anew under its name",
    { before: object("1", [approved]), after: object("2", [approved]) },
    ["deleted", "created", "Approved=True"],
  ],
];

describe("stateChanges()", () => {
  for (const [rule, change, lines] of ROWS) {
    it(`when ${rule}`, () => {
      const changes = stateChanges("Thing", change);
      assert.deepEqual(changes.map(describeChange), lines);
      for (const each of changes)
        assert.partialDeepStrictEqual(each, { kind: "Thing", name: "web" });
    });
  }
});
