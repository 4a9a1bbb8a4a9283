import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { buildEvent } from "./event.ts";
import {
  COUNT_INTERVAL_MS,
  decideEvent,
  type EventDecision,
  type EventSituation,
  SERIES_END_MS,
  type TrackedEvent,
  trackEvent,
} from "./event-series.ts";

const FIRST: TrackedEvent = trackEvent(
  buildEvent(
    { reportingController: "c", reportingInstance: "c-1" },
    { apiVersion: "v1", kind: "Pod", namespace: "ns", name: "p", uid: "u" },
    { type: "Normal", reason: "R", action: "A", note: "n" },
    0,
  ),
  0,
);
const COUNTED: TrackedEvent = { ...FIRST, count: 2, nextCountAtMs: COUNT_INTERVAL_MS };
const BUCKET = { tokens: 1, at: 0 };
const NEW: EventSituation = { tracked: undefined, bucket: BUCKET, isQueueFull: false, nowMs: 0 };

describe("decideEvent()", () => {
  const rows: { rule: string; situation: Partial<EventSituation>; expected: EventDecision }[] = [
    { rule: "a new one is created", situation: {}, expected: { do: "create", bucket: BUCKET } },
    {
      rule: "a new one without a token is dropped",
      situation: { bucket: undefined },
      expected: { do: "drop", cause: "objectLimit" },
    },
    {
      rule: "a new one that finds no room is dropped",
      situation: { isQueueFull: true },
      expected: { do: "drop", cause: "queueFull" },
    },
    {
      rule: "the first repetition is due at once, and needs no token",
      situation: { tracked: FIRST, bucket: undefined, nowMs: 1 },
      expected: { do: "count", tracked: FIRST, isDue: true },
    },
    {
      rule: "a later repetition waits",
      situation: { tracked: COUNTED, nowMs: COUNT_INTERVAL_MS - 1 },
      expected: { do: "count", tracked: COUNTED, isDue: false },
    },
    {
      rule: "a later repetition is due after the interval",
      situation: { tracked: COUNTED, nowMs: COUNT_INTERVAL_MS },
      expected: { do: "count", tracked: COUNTED, isDue: true },
    },
    {
      rule: "a repetition that finds no room is counted all the same",
      situation: { tracked: FIRST, isQueueFull: true, nowMs: 1 },
      expected: { do: "count", tracked: FIRST, isDue: false },
    },
    {
      rule: "within six minutes it is the same",
      situation: { tracked: FIRST, nowMs: SERIES_END_MS - 1 },
      expected: { do: "count", tracked: FIRST, isDue: true },
    },
    {
      rule: "after six minutes it is a new one",
      situation: { tracked: FIRST, nowMs: SERIES_END_MS },
      expected: { do: "create", bucket: BUCKET },
    },
  ];
  for (const { rule, situation, expected } of rows) {
    it(rule, () => assert.deepEqual(decideEvent({ ...NEW, ...situation }), expected));
  }
});
