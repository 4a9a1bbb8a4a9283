import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DEFAULT_FEATURE_GATES, describeFeatureGates, parseFeatureGates } from "./feature-gates.ts";

const LEGACY = "LegacyUnapprovedRequests";

describe("parseFeatureGates()", () => {
  it("has every gate of today off by default", () => {
    assert.deepEqual([...DEFAULT_FEATURE_GATES], []);
  });

  for (const [text, on, rule] of [
    ["", [], "takes an empty text for nothing said"],
    [`${LEGACY}=true`, [LEGACY], "turns a gate on"],
    [`${LEGACY}=false`, [], "turns a gate off"],
    [` ${LEGACY} = true , `, [LEGACY], "takes no offence at spaces and a last comma"],
    [`${LEGACY}=true,${LEGACY}=false`, [], "takes the last value of a gate that is named twice"],
  ] as const) {
    it(rule, () => assert.deepEqual([...parseFeatureGates(text)], on));
  }

  it("leaves what is not named as it was", () => {
    assert.deepEqual([...parseFeatureGates("", new Set([LEGACY]))], [LEGACY]);
    assert.deepEqual([...parseFeatureGates(`${LEGACY}=false`, new Set([LEGACY]))], []);
  });

  for (const [text, message] of [
    ["Nonsense=true", `"Nonsense" is no feature gate, must be one of ${LEGACY}.`],
    ["toString=true", `"toString" is no feature gate, must be one of ${LEGACY}.`],
    ["=true", `"" is no feature gate, must be one of ${LEGACY}.`],
    [`${LEGACY},Nonsense`, `"${LEGACY}" must be ${LEGACY}=true or ${LEGACY}=false.`],
    [`${LEGACY}=yes`, `"${LEGACY}=yes" must be ${LEGACY}=true or ${LEGACY}=false.`],
    [`${LEGACY}=true=true`, `"${LEGACY}=true=true" must be ${LEGACY}=true or ${LEGACY}=false.`],
  ] as const) {
    it(`refuses ${text}`, () => {
      assert.throws(() => parseFeatureGates(text), { name: "RangeError", message });
    });
  }
});

describe("describeFeatureGates()", () => {
  it("says of each gate its values, stage, default and effect", () => {
    assert.equal(
      describeFeatureGates(),
      "LegacyUnapprovedRequests=true|false (DEPRECATED, default false) signs requests without approval, for cert-manager before 1.3, which has none",
    );
  });
});
