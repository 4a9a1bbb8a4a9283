import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as z from "zod";
import { goDuration } from "./go-duration-schema.ts";
import { structuralSchema } from "./structural-schema.ts";

describe("goDuration()", () => {
  const schema = z.object({ backdate: goDuration().optional().describe("How far back.") });

  const rows: [text: string, ms: number | undefined][] = [
    ["0", 0],
    ["90s", 90_000],
    ["1h30m", 5_400_000],
    ["1.5h", 5_400_000],
    ["-5m", undefined],
    ["5", undefined],
    ["", undefined],
    ["5 m", undefined],
    ["P1D", undefined],
  ];
  for (const [text, ms] of rows) {
    it(`${ms === undefined ? "refuses" : "reads"} ${JSON.stringify(text)}`, () => {
      assert.equal(schema.safeParse({ backdate: text }).data?.backdate, ms);
    });
  }

  it("is a string with a pattern and its description in a CRD", () => {
    const { properties } = structuralSchema(schema);
    const { pattern, ...rest } = properties?.backdate ?? {};
    assert.deepEqual(rest, { type: "string", maxLength: 64, description: "How far back." });
    assert.match("1h30m", new RegExp(String(pattern)));
  });
});
