import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Fault, type FaultRule, FaultRules, type ProxiedCall } from "./fault-rules.ts";

const STATUS = "/apis/cert-manager.io/v1/namespaces/default/certificaterequests/web/status";
const CUT: Fault = { do: "cutBefore" };

function call(changes: Partial<ProxiedCall> = {}): ProxiedCall {
  const query = new URLSearchParams("fieldManager=acme.example.com");
  return { number: 1, method: "PATCH", path: STATUS, query, body: '{"status":{}}', ...changes };
}

/** Which of some equal calls a rule befalls. */
function fate(rule: Omit<FaultRule, "fault">, calls: number): boolean[] {
  const rules = new FaultRules();
  rules.add({ ...rule, fault: CUT });
  return Array.from({ length: calls }, () => rules.decide(call()) !== undefined);
}

describe("FaultRules.decide()", () => {
  const rows: [what: string, rule: Omit<FaultRule, "fault">, isHit: boolean][] = [
    ["everything when the rule names nothing", {}, true],
    ["the method", { method: "PATCH" }, true],
    ["another method", { method: "GET" }, false],
    ["the whole path", { path: STATUS }, true],
    ["a path that is longer than the rule's", { path: STATUS.slice(0, -1) }, false],
    ["a pattern of the path", { path: /\/certificaterequests\/[^/]+\/status$/ }, true],
    ["a pattern with the flag g, which remembers where it was", { path: /status$/g }, true],
    ["another pattern", { path: /\/secrets\// }, false],
    ["the body", { when: ({ body }) => body.includes("status") }, true],
    ["the query", { when: ({ query }) => query.has("watch") }, false],
    ["all that is named, not some of it", { method: "PATCH", path: "/" }, false],
  ];
  for (const [what, rule, isHit] of rows) {
    test(`matches by ${what}: ${isHit}`, () => {
      assert.deepEqual(fate(rule, 2), [isHit, isHit]);
    });
  }

  test("lets calls through first when told so", () => {
    assert.deepEqual(fate({ after: 2 }, 4), [false, false, true, true]);
  });

  test("befalls no more calls than told", () => {
    assert.deepEqual(fate({ times: 2 }, 4), [true, true, false, false]);
    assert.deepEqual(fate({ after: 1, times: 1 }, 4), [false, true, false, false]);
  });

  test("does not count calls that a rule is not about", () => {
    const rules = new FaultRules();
    rules.add({ method: "PATCH", times: 1, fault: CUT });
    assert.equal(rules.decide(call({ method: "GET" })), undefined);
    assert.equal(rules.decide(call()), CUT);
  });

  test("takes the first rule, and the next when that is spent", () => {
    const rules = new FaultRules();
    const refusal: Fault = { do: "answer", status: 409 };
    rules.add({ times: 1, fault: CUT });
    rules.add({ fault: refusal });
    assert.deepEqual([rules.decide(call()), rules.decide(call())], [CUT, refusal]);
  });

  test("keeps each rule's calls apart", () => {
    const rules = new FaultRules();
    const first = rules.add({ times: 1, fault: CUT });
    const second = rules.add({ fault: CUT });
    for (const number of [1, 2, 3]) rules.decide(call({ number }));
    assert.deepEqual(
      [first, second].map(({ hits }) => hits.map(({ number }) => number)),
      [[1], [2, 3]],
    );
  });

  test("lets everything through once the rules are removed", () => {
    const rules = new FaultRules();
    const removed = rules.add({ fault: CUT });
    removed.remove();
    assert.equal(rules.decide(call()), undefined);
    rules.add({ fault: CUT });
    rules.clear();
    assert.equal(rules.decide(call()), undefined);
    assert.deepEqual(removed.hits, []);
  });
});
