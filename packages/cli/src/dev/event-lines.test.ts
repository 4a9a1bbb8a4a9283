import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DevEvent } from "./dev-event.ts";
import { jsonDisplay, plainDisplay } from "./event-lines.ts";

const of = { kind: "Certificate", namespace: "default", name: "web" } as const;
const condition = {
  type: "Ready",
  status: "False",
  reason: "Pending",
  message: "It\nwaits",
} as const;

const ROWS: readonly [event: DevEvent, out: string, err: string][] = [
  [{ type: "step", step: "start it", elapsedMs: 0, done: false }, "", "  start it …\n"],
  [
    { type: "step", step: "start it", elapsedMs: 10_040, done: false },
    "",
    "  start it: 10.0 s so far\n",
  ],
  [{ type: "step", step: "start it", elapsedMs: 12_340, done: true }, "", "✔ start it (12.3 s)\n"],
  [{ type: "state", ...of, what: "created" }, "   +1.5 s  Certificate default/web: created\n", ""],
  [
    { type: "state", ...of, what: "condition", condition },
    "   +1.5 s  Certificate default/web: Ready=False, Pending: It waits\n",
    "",
  ],
  [{ type: "note", message: "Try it" }, "", "Try it\n"],
  [{ type: "trouble", message: "Cannot load\n  \x1b[2Jit" }, "", "✖ Cannot load\n  \\x1b[2Jit\n"],
];

function written(display: (io: { out(text: string): void; err(text: string): void }) => void) {
  const written = { out: "", err: "" };
  display({
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
  });
  return written;
}

describe("plainDisplay()", () => {
  for (const [event, out, err] of ROWS) {
    it(`prints ${JSON.stringify(event)}`, () => {
      let now = 0;
      const result = written((io) => {
        const display = plainDisplay(io, () => now);
        now = 1_500;
        display.show(event);
      });
      assert.deepEqual(result, { out, err });
    });
  }
});

describe("jsonDisplay()", () => {
  it("prints each event on a line of its own", () => {
    const { out } = written((io) => {
      const display = jsonDisplay(io.out);
      for (const [event] of ROWS) display.show(event);
    });
    const lines = out.trimEnd().split("\n");
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      ROWS.map(([event]) => event),
    );
  });
});
