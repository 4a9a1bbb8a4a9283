import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { account, type Minted, type RequestRecord, timesToIssue } from "./ledger.ts";

const GOOD: RequestRecord = {
  uid: "a",
  issuer: "counting",
  createdAtMs: 0,
  approvedAtMs: 10,
  issuedAtMs: 30,
  serials: ["01"],
};
const MINTED: Minted = { uid: "a", serialHex: "01" };
const { approvedAtMs: _, ...UNAPPROVED } = GOOD;
const { issuedAtMs: __, ...UNISSUED } = GOOD;

describe("account()", () => {
  const rows: [what: string, wrong: object, record: RequestRecord, minted: Minted[]][] = [
    ["finds nothing wrong with one issued once", {}, GOOD, [MINTED]],
    ["does not ask a CA that does not count", {}, { ...GOOD, issuer: "own" }, []],
    ["finds one lost", { lost: ["a"] }, { ...UNISSUED, serials: [] }, []],
    [
      "finds one that the CA has signed twice",
      { doubled: ["a"] },
      GOOD,
      [MINTED, { uid: "a", serialHex: "02" }],
    ],
    [
      "finds one whose certificate was replaced",
      { doubled: ["a"] },
      { ...GOOD, issuer: "own", serials: ["01", "02"] },
      [],
    ],
    [
      "finds one published otherwise than signed",
      { strange: ["a"] },
      GOOD,
      [{ uid: "a", serialHex: "02" }],
    ],
    [
      "finds one signed without approval, though not published",
      { unapproved: ["a"] },
      { ...UNAPPROVED, serials: [] },
      [MINTED],
    ],
  ];
  for (const [what, wrong, record, minted] of rows) {
    it(what, () => {
      const { approved: _, ...found } = account([record], minted, (name) => name === "counting");
      const nothing = { lost: [], doubled: [], strange: [], unapproved: [] };
      assert.deepEqual(found, { ...nothing, ...wrong });
    });
  }
});

describe("timesToIssue()", () => {
  it("tells those apart that a window touches", () => {
    const during = { ...GOOD, createdAtMs: 100, approvedAtMs: 100, issuedAtMs: 150 };
    const times = timesToIssue(
      [GOOD, during, { ...UNISSUED, serials: [] }],
      [{ fromMs: 140, toMs: 200 }],
    );
    assert.deepEqual(times, { all: [20, 50], undisturbed: [20] });
  });
});
