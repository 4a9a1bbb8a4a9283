import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { LiveDisplay } from "./live-display.ts";
import type { ObjectRow } from "./object-row.ts";

const ROW: ObjectRow = {
  kind: "AcmeIssuer",
  namespace: "default",
  name: "ca",
  ready: "True",
  reason: "Checked",
  message: "",
  createdAt: undefined,
};

const HEAD = "KIND        NAME        READY  REASON   AGE  MESSAGE";
const LINE = "AcmeIssuer  default/ca  True   Checked";

function open(): { display: LiveDisplay; rows: ObjectRow[]; log: string[]; drawn: () => string } {
  const rows: ObjectRow[] = [];
  const log: string[] = [];
  let out = "";
  const display = new LiveDisplay(
    {
      out: (text) => {
        out += text;
      },
      screen: { columns: () => 80, rows: () => 20 },
      now: () => new Date(),
    },
    { rows: () => rows, logLines: () => log },
  );
  const drawn = (): string => {
    const now = out;
    out = "";
    return now;
  };
  return { display, rows, log, drawn };
}

describe("LiveDisplay", () => {
  it("keeps what is done above the table, and draws the table in its place again", () => {
    mock.timers.enable({ apis: ["setInterval"] });
    const { display, rows, log, drawn } = open();
    mock.timers.tick(500);
    assert.equal(drawn(), "", "nothing before the first event: somebody may be asked something");

    display.show({ type: "step", step: "start etcd", elapsedMs: 0, done: false });
    assert.equal(drawn(), "  start etcd …\n");
    display.show({ type: "step", step: "start etcd", elapsedMs: 1_000, done: true });
    assert.equal(
      drawn(),
      "\x1b[1A\x1b[0J✔ start etcd (1.0 s)\n\nNo issuer and no request yet.\n\n",
    );

    rows.push(ROW);
    log.push('{"level":30,"msg":"Serving issuers"}');
    display.show({ type: "state", kind: "AcmeIssuer", namespace: "a", name: "b", what: "created" });
    assert.equal(drawn(), "", "a state shows with the next table");
    mock.timers.tick(500);
    assert.equal(drawn(), `\x1b[3A\x1b[0J\n${HEAD}\n${LINE}\n\n│ info Serving issuers\n`);

    display.show({ type: "trouble", message: "Cannot load\n  at a.ts:1" });
    assert.equal(
      drawn(),
      `\x1b[5A\x1b[0J✖ Cannot load\n  at a.ts:1\n\n${HEAD}\n${LINE}\n\n│ info Serving issuers\n`,
    );

    display[Symbol.dispose]();
    drawn();
    mock.timers.tick(5_000);
    assert.equal(drawn(), "", "nothing is drawn after the end");
    mock.timers.reset();
  });
});
