import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { WaitingLine } from "./waiting-line.ts";

function line(...joining: [id: string, approvedAt: string, createdAt?: string][]): WaitingLine {
  const waiting = new WaitingLine();
  for (const [id, approvedAt, createdAt = ""] of joining) {
    const namespace = id.slice(0, 1);
    waiting.join({ id, namespace, approvedAt, createdAt, wake: () => {} });
  }
  return waiting;
}

function order(waiting: WaitingLine): string[] {
  return Array.from({ length: waiting.size }, () => waiting.next()?.id ?? "nobody");
}

describe("WaitingLine", () => {
  it("has the oldest approval first, then the oldest request", () => {
    const waiting = line(["a1", "2"], ["a2", "1", "2"], ["a3", "1", "1"]);
    assert.deepEqual(order(waiting), ["a3", "a2", "a1"]);
  });

  it("lets namespaces take turns", () => {
    const waiting = line(["a1", "1"], ["a2", "2"], ["a3", "3"], ["b1", "9"]);
    assert.deepEqual(order(waiting), ["a1", "b1", "a2", "a3"]);
  });

  it("gives one place to whoever joins twice", () => {
    assert.deepEqual(order(line(["a1", "1"], ["a1", "1"])), ["a1"]);
  });

  it("passes over who has left", () => {
    const waiting = line(["a1", "1"], ["a2", "2"], ["b1", "3"]);
    waiting.leave("a1");
    assert.deepEqual(order(waiting), ["a2", "b1"]);
    assert.equal(waiting.next(), undefined);
  });

  it("knows who has left and joined again once", () => {
    const waiting = line(["a1", "1"], ["a2", "2"]);
    waiting.leave("a1");
    waiting.join({ id: "a1", namespace: "a", approvedAt: "3", createdAt: "", wake: () => {} });
    assert.deepEqual(order(waiting), ["a2", "a1"]);
  });
});
