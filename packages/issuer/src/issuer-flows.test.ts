import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { type AdmittedCall, IssuerFlows } from "./issuer-flows.ts";
import type { Outcome } from "./outcome.ts";

const ISSUER = "CAIssuer.issuers.example.com team-a/ca";
const ISSUED: Outcome = { type: "issued", certificate: "" };
const FAILED: Outcome = { type: "transient", message: "HTTP 503" };

describe("IssuerFlows", () => {
  let flows: IssuerFlows;
  let woken: string[];
  let changes: number;
  let concurrency: number;
  let now: number;

  beforeEach(() => {
    woken = [];
    changes = 0;
    concurrency = 2;
    now = 0;
    mock.timers.enable({ apis: ["setTimeout"] });
    flows = new IssuerFlows({
      limitsOf: () => ({ concurrency }),
      onChange: () => {
        changes += 1;
      },
      now: () => now,
      random: () => 0,
    });
  });

  afterEach(() => mock.timers.reset());

  function enter(id: string, issuer = ISSUER): AdmittedCall | undefined {
    const wake = (): unknown => woken.push(id);
    return flows.enter(issuer, { id, namespace: "", approvedAt: id, createdAt: "", wake });
  }

  function begin(id: string): AdmittedCall {
    const call = enter(id);
    assert.ok(call, `${id} may call`);
    return call;
  }

  function pass(ms: number): void {
    now += ms;
    mock.timers.tick(ms);
  }

  /** Five calls of two requests fail. */
  function fail(outcome = FAILED): void {
    for (const id of ["a", "b", "a", "b", "a"]) begin(id).end(outcome);
  }

  it("wakes those in line when it may make more calls than before", () => {
    for (const id of ["a", "b"]) begin(id);
    for (const id of ["c", "d", "e"]) assert.equal(enter(id), undefined);
    concurrency = 4;
    flows.limitsChanged();
    assert.deepEqual(woken, ["c", "d"]);
  });

  it("wakes the first in line when a call ends", () => {
    const call = begin("a");
    begin("b");
    assert.equal(enter("d"), undefined);
    assert.equal(enter("c"), undefined);
    call.end(ISSUED);
    assert.deepEqual(woken, ["c"]);
    assert.equal(enter("e"), undefined, "the turn is c's");
    begin("c");
  });

  it("does not let one issuer's calls delay another's", () => {
    begin("a");
    begin("b");
    assert.ok(enter("c", "another"));
  });

  it("gives a turn on that its owner does not take", () => {
    const call = begin("a");
    begin("b");
    enter("c");
    enter("d");
    call.end(ISSUED);
    flows.leave("c");
    assert.deepEqual(woken, ["c", "d"]);
    flows.forget("d");
    begin("e");
  });

  it("tells nobody of a wait for a call to end", () => {
    begin("a");
    begin("b");
    enter("c");
    assert.equal(flows.heldBack(ISSUER, "c"), undefined);
  });

  it("holds all back once the breaker is open, probes with one, and closes", () => {
    fail();
    assert.equal(changes, 1, "so that all say why they wait");
    assert.equal(flows.heldBack(ISSUER, "c")?.because, "breaker");
    assert.equal(flows.standing(ISSUER)?.isClosed, false);
    enter("c");
    enter("d");
    assert.deepEqual(woken, []);
    pass(5_000);
    assert.deepEqual(woken, ["c"]);
    assert.equal(flows.heldBack(ISSUER, "c"), undefined, "it is the probe");
    assert.equal(flows.heldBack(ISSUER, "d")?.because, "breaker");
    const probe = begin("c");
    assert.equal(enter("e"), undefined);
    probe.end(ISSUED);
    assert.equal(changes, 2);
    assert.equal(flows.standing(ISSUER)?.isClosed, true);
    assert.deepEqual(woken, ["c", "d", "e"]);
  });

  it("stays open for longer after a probe that fails, and tells nobody anew", () => {
    fail();
    enter("c");
    enter("d");
    pass(5_000);
    begin("c").end(FAILED);
    pass(9_999);
    assert.deepEqual(woken, ["c"]);
    pass(1);
    assert.deepEqual(woken, ["c", "d"]);
    assert.equal(changes, 1);
  });

  it("holds all back while the CA asks for patience", () => {
    begin("a").end({ ...FAILED, retryAfterMs: 30_000 });
    assert.equal(changes, 1);
    assert.equal(flows.heldBack(ISSUER, "b")?.because, "patience");
    assert.equal(enter("b"), undefined);
    pass(30_999);
    assert.deepEqual(woken, []);
    pass(1);
    assert.deepEqual(woken, ["b"]);
  });

  it("probes at once when the issuer has changed", () => {
    fail({ ...FAILED, retryAfterMs: 0 });
    enter("c");
    flows.renew(ISSUER);
    assert.deepEqual(woken, ["c"]);
  });
});
