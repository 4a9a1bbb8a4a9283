import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decideJoin, type JoinDecision, type MemberView } from "./join-decision.ts";
import type { Lease } from "./lease.ts";
import { joinedBase, SHARDED } from "./shard-group.ts";

const GROUP = { namespace: "ns", name: "group" };
const NOW = 100_000;

function base(spec: Lease["spec"], scheme = ""): Lease {
  const annotations = { "countersign.dev/shard-scheme": scheme };
  const metadata = { namespace: "ns", name: "group", annotations };
  return { apiVersion: "v1", kind: "Lease", metadata, ...(spec === undefined ? {} : { spec }) };
}

function member(standing: MemberView["standing"], scheme?: string): MemberView {
  return { identity: "b", scheme, standing };
}

const LED = base({ holderIdentity: "leader", leaseDurationSeconds: 15 });
const FREE = base({ holderIdentity: "" });
const OURS = base({ holderIdentity: SHARDED }, "ours");
const OTHERS = base({ holderIdentity: SHARDED }, "others");
const LIVE = { is: "live", untilMs: 7 } as const;
const LEAVING = { is: "leaving", untilMs: 8 } as const;
const EXPIRED = { is: "expired", lease: LED } as const;

const ROWS: [
  rule: string,
  lease: Lease | undefined,
  agoMs: number,
  workers: MemberView[],
  decision: JoinDecision,
][] = [
  ["joins as the first", undefined, 0, [], { do: "join", base: undefined }],
  ["joins when the lease was given back", FREE, 0, [], { do: "join", base: FREE }],
  ["waits for a leader", LED, 14_999, [], { do: "wait", holders: ["leader"], untilMs: NOW + 1 }],
  ["joins when a leader has not renewed", LED, 15_000, [], { do: "join", base: LED }],
  ["joins others of its scheme", OURS, 0, [member(LIVE, "ours")], { do: "join", base: OURS }],
  [
    "waits for who works under another scheme",
    OTHERS,
    0,
    [member(LIVE, "others")],
    { do: "wait", holders: ["b"], untilMs: 7 },
  ],
  [
    "waits for who may work, though its lease is gone",
    OTHERS,
    0,
    [member(LEAVING)],
    { do: "wait", holders: ["b"], untilMs: 8 },
  ],
  [
    "puts the dead of another scheme out first",
    OTHERS,
    0,
    [member(EXPIRED, "others")],
    { do: "evict", leases: [LED] },
  ],
  [
    "changes the scheme when nobody works under the other one",
    OTHERS,
    0,
    [member({ is: "gone" })],
    { do: "join", base: OTHERS },
  ],
];

describe("decideJoin()", () => {
  for (const [rule, lease, agoMs, workers, decision] of ROWS) {
    it(rule, () => {
      const observed = { lease, at: NOW - agoMs };
      assert.deepEqual(decideJoin(observed, workers, { scheme: "ours", now: NOW }), decision);
    });
  }
});

describe("joinedBase()", () => {
  it("differs for each who joins, so that of two that saw the same one is refused", () => {
    const [a, b] = ["a", "b"].map((identity) =>
      joinedBase(GROUP, OURS, { identity, scheme: "ours", time: "2026-01-01T00:00:00.000000Z" }),
    );
    assert.notDeepEqual(a, b);
  });

  it("is held until it is given back: a candidate for the same lease waits", () => {
    const joining = { identity: "a", scheme: "ours", time: "2026-01-01T00:00:00.000000Z" };
    const { spec, metadata } = joinedBase(GROUP, LED, joining);
    assert.equal(spec?.holderIdentity, SHARDED);
    assert.equal(spec?.leaseDurationSeconds, 2_147_483_647);
    assert.equal(spec?.leaseTransitions, 1);
    assert.equal(metadata.annotations?.["countersign.dev/shard-scheme"], "ours");
  });
});
