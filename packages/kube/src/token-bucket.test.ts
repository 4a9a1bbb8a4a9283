import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type TokenBucket, takeToken } from "./token-bucket.ts";

const RATE = { burst: 3, refillMs: 100 };

describe("takeToken()", () => {
  const rows: {
    rule: string;
    bucket: TokenBucket | undefined;
    now: number;
    expected: TokenBucket | undefined;
  }[] = [
    { rule: "a new bucket is full", bucket: undefined, now: 5, expected: { tokens: 2, at: 5 } },
    { rule: "an empty one gives none", bucket: { tokens: 0, at: 0 }, now: 99, expected: undefined },
    {
      rule: "it refills",
      bucket: { tokens: 0, at: 0 },
      now: 100,
      expected: { tokens: 0, at: 100 },
    },
    {
      rule: "parts of a token are kept",
      bucket: { tokens: 0.75, at: 0 },
      now: 50,
      expected: { tokens: 0.25, at: 50 },
    },
    {
      rule: "never above the burst",
      bucket: { tokens: 1, at: 0 },
      now: 1e9,
      expected: { tokens: 2, at: 1e9 },
    },
    {
      rule: "a clock that went back refills nothing",
      bucket: { tokens: 1, at: 1_000 },
      now: 0,
      expected: { tokens: 0, at: 0 },
    },
  ];
  for (const { rule, bucket, now, expected } of rows) {
    it(rule, () => assert.deepEqual(takeToken(RATE, bucket, now), expected));
  }
});
