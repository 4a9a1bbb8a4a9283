import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  afterCallBegan,
  afterCallEnded,
  type Breaker,
  breakerAt,
  CLOSED,
  callsAllowed,
  type EndedCall,
  retried,
} from "./breaker.ts";

const NOW = 1_000;
const CLOCK = { now: NOW, random: () => 0 };
const INCIDENT = { message: "HTTP 503", openings: 1 };
const OPEN: Breaker = { is: "open", until: NOW + 5_000, ...INCIDENT };
const HALF_OPEN: Breaker = { is: "halfOpen", probes: 0, ...INCIDENT };
const PROBING: Breaker = { ...HALF_OPEN, probes: 1 };

function closed(failures: number, firstFailed: string, isShared: boolean): Breaker {
  return { is: "closed", failures, firstFailed, isShared, allowed: Number.POSITIVE_INFINITY };
}

function ended(result: EndedCall["result"], more: Partial<EndedCall> = {}): EndedCall {
  return { result, isProbe: false, request: "a", message: "HTTP 503", others: 0, ...more };
}

const probe = (result: EndedCall["result"]): EndedCall =>
  ended(result, { isProbe: true, message: "another" });

describe("afterCallEnded()", () => {
  const rows: [rule: string, before: Breaker, call: EndedCall, after: Breaker][] = [
    ["counts a first failure", CLOSED, ended("failed"), closed(1, "a", false)],
    [
      "knows that more than one request fails",
      closed(1, "b", false),
      ended("failed"),
      closed(2, "b", true),
    ],
    ["opens at the fifth failure in a row", closed(4, "b", true), ended("failed"), OPEN],
    [
      "never opens for one request alone, which may be at fault itself",
      closed(40, "a", false),
      ended("failed"),
      closed(41, "a", false),
    ],
    ["counts anew after an answer", closed(4, "b", true), ended("answered"), CLOSED],
    [
      "takes no note of what says nothing of the CA",
      closed(4, "b", true),
      ended("neither"),
      closed(4, "b", true),
    ],
    ["stays open as it is when calls of before fail", OPEN, ended("failed"), OPEN],
    [
      "closes with any answer, and lets one more call be made than was answered",
      OPEN,
      ended("answered", { others: 3 }),
      { ...CLOSED, allowed: 5 } as Breaker,
    ],
    ["is not moved by a call of before while it probes", PROBING, ended("failed"), PROBING],
    [
      "opens for longer when the probe fails, with the message it has",
      PROBING,
      probe("failed"),
      { is: "open", until: NOW + 10_000, message: "HTTP 503", openings: 2 },
    ],
    ["probes again when the probe has told nothing", PROBING, probe("neither"), HALF_OPEN],
    ["closes when the probe is answered", PROBING, probe("answered"), closedAfterIncident(2)],
    [
      "lets another call be made with each answer",
      closedAfterIncident(2),
      ended("answered"),
      closedAfterIncident(3),
    ],
  ];
  for (const [rule, before, call, after] of rows) {
    it(rule, () => assert.deepEqual(afterCallEnded(before, call, CLOCK), after));
  }

  it("stays open for two minutes at the most, and jitters", () => {
    const often: Breaker = { ...PROBING, openings: 40 };
    const until = (random: number): number => {
      const breaker = afterCallEnded(often, probe("failed"), { now: 0, random: () => random });
      return breaker.is === "open" ? breaker.until : 0;
    };
    assert.deepEqual([until(0), until(1)], [120_000, 60_000]);
  });
});

function closedAfterIncident(allowed: number): Breaker {
  return { is: "closed", failures: 0, isShared: false, allowed };
}

describe("callsAllowed()", () => {
  const rows: [rule: string, breaker: Breaker, allowed: number][] = [
    ["any number while it is closed", CLOSED, Number.POSITIVE_INFINITY],
    ["none while it is open", OPEN, 0],
    ["none a moment before its time", breakerAt(OPEN, NOW + 4_999), 0],
    ["one when its time is over", breakerAt(OPEN, NOW + 5_000), 1],
    ["one when there is reason to try", retried(OPEN), 1],
    ["none beside a probe", afterCallBegan(HALF_OPEN), 0],
  ];
  for (const [rule, breaker, allowed] of rows) {
    it(rule, () => assert.equal(callsAllowed(breaker), allowed));
  }
});
