import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ObjectRow } from "./object-row.ts";
import { formatAge, tableLines } from "./table.ts";

const NOW = new Date("2026-05-01T12:00:00Z");

function row(name: string, more: Partial<ObjectRow> = {}): ObjectRow {
  return {
    kind: "Certificate",
    namespace: "default",
    name,
    ready: "True",
    reason: "Ready",
    message: "Certificate is up to date",
    createdAt: "2026-05-01T11:59:15Z",
    ...more,
  };
}

const issuer = row("ca", {
  kind: "AcmeClusterIssuer",
  namespace: undefined,
  ready: "False",
  reason: "Pending",
  message: "The CA answered 503",
});

describe("tableLines()", () => {
  it("draws a line for each object, its columns as wide as they must be", () => {
    assert.deepEqual(tableLines([issuer, row("web")], { columns: 90, lines: 10 }, NOW), [
      "KIND               NAME         READY  REASON   AGE  MESSAGE",
      "AcmeClusterIssuer  ca           False  Pending  45s  The CA answered 503",
      "Certificate        default/web  True   Ready    45s  Certificate is up to date",
    ]);
  });

  it("cuts what is wider than the terminal", () => {
    assert.deepEqual(tableLines([row("web")], { columns: 50, lines: 10 }, NOW), [
      "KIND         NAME         READY  REASON  AGE  MES…",
      "Certificate  default/web  True   Ready   45s  Cer…",
    ]);
  });

  it("counts a wide character as two columns", () => {
    const [, line] = tableLines(
      [row("web", { message: "证书已签发" })],
      { columns: 53, lines: 10 },
      NOW,
    );
    assert.equal(line, "Certificate  default/web  True   Ready   45s  证书已…");
  });

  it("leaves nothing in a message that a terminal would obey", () => {
    const message = "one\r\n\x1b[2Jtwo\u202eeerht";
    const [, line] = tableLines([row("web", { message })], { columns: 90, lines: 10 }, NOW);
    assert.match(line ?? "", /45s {2}one \[2Jtwo eerht$/);
  });

  it("counts what does not fit, and leaves out first what is ready", () => {
    const rows = [row("a"), row("b"), issuer, row("c", { ready: "Unknown" }), row("d")];
    const lines = tableLines(rows, { columns: 90, lines: 5 }, NOW);
    assert.equal(lines.length, 5);
    assert.deepEqual(
      lines.slice(1).map((line) => line.split(/ {2,}/)[1] ?? line),
      ["default/a", "ca", "default/c", "and 2 more"],
    );
  });

  it("says so when there is nothing", () => {
    assert.deepEqual(tableLines([], { columns: 90, lines: 5 }, NOW), [
      "No issuer and no request yet.",
    ]);
  });
});

describe("formatAge()", () => {
  const ROWS: readonly [ageMs: number, text: string][] = [
    [-5_000, "0s"],
    [59_999, "59s"],
    [60_000, "1m"],
    [3_599_000, "59m"],
    [3_600_000, "1h"],
    [86_400_000 * 2.5, "2d"],
  ];
  for (const [ageMs, text] of ROWS) {
    it(`says ${text} for ${ageMs} ms`, () => assert.equal(formatAge(ageMs), text));
  }
});
