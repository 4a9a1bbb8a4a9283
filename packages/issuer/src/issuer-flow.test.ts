import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { flowLimits, wrongLimit } from "./flow-limits.ts";
import {
  afterBegin,
  afterEnd,
  afterRenewal,
  decideFlow,
  IDLE,
  type IssuerFlow,
  type Patience,
} from "./issuer-flow.ts";

const NOW = 1_000;
const LIMITS = { concurrency: 2 };
const RATE = { concurrency: 2, rate: { burst: 1, refillMs: 500 } };
const CLOCK = { now: NOW, date: new Date("2026-01-01T00:00:00Z"), random: () => 0 };
const PATIENCE: Patience = {
  until: NOW + 31_000,
  untilDate: new Date("2026-01-01T00:00:31Z"),
  message: "HTTP 429",
  isLong: true,
};
const INCIDENT = { message: "HTTP 503", openings: 1 };
const FAILED = { result: "failed", isProbe: false, request: "a", message: "HTTP 429" } as const;

describe("decideFlow()", () => {
  const rows: [rule: string, flow: Partial<IssuerFlow>, promised: number, expected: object][] = [
    ["lets a first call be made", {}, 0, { do: "call" }],
    ["lets calls be made up to the limit", { calls: 1 }, 0, { do: "call" }],
    ["has more wait for a call to end", { calls: 2 }, 0, { do: "wait", because: "concurrency" }],
    ["counts who was woken", { calls: 1 }, 1, { do: "wait", because: "concurrency" }],
    [
      "waits as long as the CA asks",
      { patience: PATIENCE },
      0,
      { do: "wait", because: "patience", patience: PATIENCE, until: PATIENCE.until },
    ],
    ["and no longer", { patience: { ...PATIENCE, until: NOW } }, 0, { do: "call" }],
    [
      "waits for an open breaker's time",
      { breaker: { is: "open", until: NOW + 1, ...INCIDENT } },
      0,
      { do: "wait", because: "breaker", message: "HTTP 503", until: NOW + 1 },
    ],
    [
      "tells of an open breaker, and waits for the CA's time where that is later",
      { breaker: { is: "open", until: NOW + 1, ...INCIDENT }, patience: PATIENCE },
      0,
      { do: "wait", because: "breaker", message: "HTTP 503", until: PATIENCE.until },
    ],
    [
      "probes though calls of before have not ended",
      { calls: 1, breaker: { is: "open", until: NOW, ...INCIDENT } },
      0,
      { do: "call" },
    ],
    [
      "makes one probe at a time",
      { breaker: { is: "halfOpen", probes: 0, ...INCIDENT } },
      1,
      { do: "wait", because: "breaker", message: "HTTP 503" },
    ],
    [
      "begins gently once the CA answers again",
      { calls: 1, breaker: { is: "closed", failures: 0, isShared: false, allowed: 1 } },
      0,
      { do: "wait", because: "concurrency" },
    ],
  ];
  for (const [rule, flow, promised, expected] of rows) {
    it(rule, () => {
      assert.deepEqual(decideFlow({ ...IDLE, ...flow }, LIMITS, { promised, now: NOW }), expected);
    });
  }

  it("spreads calls over time where there is a rate", () => {
    const begun = { ...afterBegin(IDLE, RATE, NOW), calls: 0 };
    const wait = { do: "wait", because: "rate", until: NOW + 500 };
    assert.deepEqual(decideFlow(begun, RATE, { promised: 0, now: NOW }), wait);
    assert.deepEqual(decideFlow(begun, RATE, { promised: 0, now: NOW + 500 }), { do: "call" });
  });
});

describe("afterEnd()", () => {
  const end = (retryAfterMs: number, flow: IssuerFlow = IDLE): IssuerFlow =>
    afterEnd({ ...flow, calls: 1 }, { ...FAILED, retryAfterMs }, CLOCK);

  it("holds the whole issuer back for what the CA asks, and a little more", () => {
    assert.deepEqual(end(30_000).patience, PATIENCE);
  });

  it("holds it back for five minutes at the most", () => {
    assert.equal(end(86_400_000).patience?.until, NOW + 301_000);
  });

  it("has a short time not told", () => assert.equal(end(100).patience?.isLong, false));

  it("keeps what was told when calls of the same time ask for the same", () => {
    const flow = { ...IDLE, patience: PATIENCE };
    assert.equal(end(30_500, flow).patience, PATIENCE);
    assert.equal(end(60_000, flow).patience?.until, NOW + 61_000);
  });

  it("asks for nothing where the CA did not", () => assert.equal(end(0).patience, undefined));
});

describe("afterRenewal()", () => {
  it("tries at once a CA that may be another", () => {
    const breaker = { is: "open", until: NOW + 1, ...INCIDENT } as const;
    const flow = afterRenewal({ ...IDLE, breaker, patience: PATIENCE });
    assert.deepEqual(decideFlow(flow, LIMITS, { promised: 0, now: NOW }), { do: "call" });
  });
});

describe("flowLimits()", () => {
  it("takes what the operator says before what the author has declared", () => {
    assert.equal(flowLimits().concurrency, 8);
    assert.equal(flowLimits({ concurrency: 3 }).concurrency, 3);
    assert.equal(flowLimits({ concurrency: 3 }, 5).concurrency, 5);
  });

  it("has no rate unless one is declared", () => {
    assert.equal(flowLimits().rate, undefined);
    assert.deepEqual(flowLimits({ requestsPerSecond: 4 }).rate, { burst: 4, refillMs: 250 });
    assert.deepEqual(flowLimits({ requestsPerSecond: 0.5 }).rate, { burst: 1, refillMs: 2_000 });
  });

  it("finds what cannot be kept", () => {
    assert.equal(wrongLimit({ concurrency: 1, requestsPerSecond: 0.1, burst: 2 }), undefined);
    assert.equal(wrongLimit({ concurrency: 0 })?.name, "concurrency");
    assert.equal(wrongLimit({ requestsPerSecond: 0 })?.name, "requestsPerSecond");
    assert.equal(wrongLimit({ burst: 0.5 })?.name, "burst");
  });
});
