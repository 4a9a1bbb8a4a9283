import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { FAULTS_ANNOTATION, FaultInbox } from "./fault-inbox.ts";
import { FaultReporter, readFaultReports } from "./fault-reports.ts";
import type { IssuerObject } from "./issuer-object.ts";

const CA = "AcmeIssuer.acme.example.com ns/ca";

function issuer(status: "True" | "False", since = "2026-01-01T00:00:00Z"): IssuerObject {
  const ready = { type: "Ready", status, reason: "r", message: "m", lastTransitionTime: since };
  return {
    apiVersion: "acme.example.com/v1",
    kind: "AcmeIssuer",
    metadata: { namespace: "ns", name: "ca", uid: "u" },
    spec: {},
    status: { conditions: [ready] },
  };
}

describe("a fault of an issuer that another replica owns", () => {
  let said: (string | undefined)[];
  let over: string[];
  let reporter: FaultReporter;
  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    said = [];
    over = [];
    reporter = new FaultReporter({
      say: (text) => said.push(text),
      onOver: (key) => over.push(key),
    });
  });
  afterEach(() => mock.timers.reset());

  it("is said once, until the issuer's status has changed", () => {
    reporter.report(CA, issuer("True"), "out of order");
    reporter.report(CA, issuer("True"), "out of order, again");
    const report = { id: 1, issuer: CA, uid: "u", message: "out of order" };
    assert.deepEqual(said.map(readFaultReports), [[report]]);
    reporter.told(CA, issuer("True"));
    assert.deepEqual(over, []);
    reporter.told(CA, issuer("False"));
    assert.deepEqual(over, [CA]);
    assert.equal(said.at(-1), undefined);
  });

  for (const [what, now] of [
    [
      "it is ready since another time, the fault in between unseen",
      issuer("True", "2026-01-02T00:00:00Z"),
    ],
    ["it is gone", undefined],
    ["it was made anew", { ...issuer("True"), metadata: { name: "ca", uid: "v" } }],
  ] as const) {
    it(`is over when ${what}`, () => {
      reporter.report(CA, issuer("True"), "out of order");
      reporter.told(CA, now);
      assert.deepEqual(over, [CA]);
    });
  }

  it("is over after a minute in which its owner has not answered, and can be said anew", () => {
    reporter.report(CA, issuer("True"), "out of order");
    mock.timers.tick(60_000);
    assert.deepEqual(over, [CA]);
    reporter.report(CA, issuer("True"), "out of order");
    assert.deepEqual(
      readFaultReports(said.at(-1)).map(({ id }) => id),
      [2],
    );
  });

  it("stays small, however much there is to say", () => {
    for (let count = 0; count < 100; count += 1) {
      reporter.report(`${CA}-${count}`, issuer("True"), "x".repeat(5_000));
    }
    assert.ok(Buffer.byteLength(said.at(-1) ?? "") < 64_000);
  });

  it("is acted on once by its owner, also where it became the owner later", () => {
    const taken: string[] = [];
    let isOurs = false;
    const inbox = new FaultInbox(({ message }) => {
      if (isOurs) taken.push(message);
      return isOurs;
    });
    reporter.report(CA, issuer("True"), "out of order");
    const replicas = new Map([["other", { [FAULTS_ANNOTATION]: said.at(-1) ?? "" }]]);
    inbox.read(replicas);
    assert.deepEqual(taken, []);
    isOurs = true;
    inbox.read(replicas);
    inbox.read(replicas);
    assert.deepEqual(taken, ["out of order"]);
  });
});

describe("readFaultReports()", () => {
  for (const text of [undefined, "", "{", "{}", '[{"id":"1"}]']) {
    it(`reads nothing from ${text}`, () => assert.deepEqual(readFaultReports(text), []));
  }
});
