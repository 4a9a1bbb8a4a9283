import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { meaningOf, type StatusMeaning } from "./status-table.ts";

describe("meaningOf()", () => {
  const rows: [status: number, withBody: StatusMeaning, without: StatusMeaning][] = [
    [200, "answer", "answer"],
    [201, "answer", "answer"],
    [202, "answer", "answer"],
    [400, "permanent", "issuerAtFault"],
    [401, "issuerAtFault", "issuerAtFault"],
    [402, "issuerAtFault", "issuerAtFault"],
    [403, "issuerAtFault", "issuerAtFault"],
    [404, "issuerAtFault", "issuerAtFault"],
    [405, "issuerAtFault", "issuerAtFault"],
    [407, "issuerAtFault", "issuerAtFault"],
    [408, "transient", "transient"],
    [409, "transient", "transient"],
    [413, "permanent", "issuerAtFault"],
    [415, "permanent", "issuerAtFault"],
    [422, "permanent", "issuerAtFault"],
    [425, "transient", "transient"],
    [429, "transient", "transient"],
    [451, "permanent", "permanent"],
    [500, "transient", "transient"],
    [501, "issuerAtFault", "issuerAtFault"],
    [502, "transient", "transient"],
    [503, "transient", "transient"],
    [504, "transient", "transient"],
    [599, "transient", "transient"],
    [304, "transient", "transient"],
  ];
  for (const [status, withBody, without] of rows) {
    test(`takes ${status} as ${withBody} of a body, as ${without} otherwise`, () => {
      assert.equal(meaningOf(status, { hasBody: true }).meaning, withBody);
      assert.equal(meaningOf(status, { hasBody: false }).meaning, without);
    });
  }

  test("lets the caller's own rows come first, also before a success", () => {
    const call = { hasBody: true, own: { 200: "transient", 404: "answer" } as const };
    assert.deepEqual(meaningOf(200, call), { meaning: "transient" });
    assert.deepEqual(meaningOf(404, call), { meaning: "answer" });
  });
});
