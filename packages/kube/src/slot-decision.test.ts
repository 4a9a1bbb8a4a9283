import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { MemberStanding } from "./member-standing.ts";
import { decideSlot, type SlotDecision } from "./slot-decision.ts";

const GONE = { is: "gone" } as const;
const LIVE = { is: "live", untilMs: 5 } as const;
const LEAVING = { is: "leaving", untilMs: 5 } as const;
const lease = { apiVersion: "v1", kind: "Lease", metadata: { name: "b" } };
const EXPIRED = { is: "expired", lease } as const;
const UNKNOWN = { is: "unknown" } as const;

const ROWS: [
  rule: string,
  holder: string | undefined,
  assigned: string | undefined,
  standing: MemberStanding,
  decision: SlotDecision,
][] = [
  ["keeps what is ours", "a", "a", LIVE, { do: "nothing", because: "ours" }],
  ["releases what is another's", "a", "b", LIVE, { do: "release" }],
  ["takes what is free and ours", undefined, "a", GONE, { do: "take", because: "free" }],
  ["leaves what is another's", undefined, "b", GONE, { do: "nothing", because: "another's" }],
  ["leaves what is another's, dead", "b", "c", GONE, { do: "nothing", because: "another's" }],
  ["waits for a live holder", "b", "a", LIVE, { do: "nothing", because: "held by a live member" }],
  ["waits for a holder whose lease is just gone", "b", "a", LEAVING, { do: "wait", untilMs: 5 }],
  ["takes from who is gone", "b", "a", GONE, { do: "take", because: "its holder is gone" }],
  [
    "takes nothing from who could not be put out",
    "b",
    "a",
    EXPIRED,
    { do: "nothing", because: "held by a live member" },
  ],
  ["looks for a holder never heard of", "b", "a", UNKNOWN, { do: "look", holder: "b" }],
];

describe("decideSlot()", () => {
  for (const [rule, holder, assigned, standing, decision] of ROWS) {
    it(rule, () => assert.deepEqual(decideSlot({ holder, assigned, standing }, "a"), decision));
  }
});
