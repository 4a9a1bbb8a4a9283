import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { LeaseSpec } from "@countersign/kube";
import { isOfGroup, standingOf } from "./controller-leases.ts";

const NOW = new Date("2026-03-01T12:00:00Z");

describe("standingOf()", () => {
  const ROWS: readonly [name: string, spec: LeaseSpec | undefined, is: string][] = [
    ["was never held", undefined, "free"],
    ["was given back", { holderIdentity: "", renewTime: "2026-03-01T11:59:59.000000Z" }, "free"],
    ["is renewed", { holderIdentity: "a", renewTime: "2026-03-01T11:59:50.000000Z" }, "held"],
    [
      "is over by less than clocks may differ",
      { holderIdentity: "a", renewTime: "2026-03-01T11:59:41.000000Z" },
      "held",
    ],
    ["is over", { holderIdentity: "a", renewTime: "2026-03-01T11:59:39.000000Z" }, "expired"],
    [
      "is over later, for it says so",
      { holderIdentity: "a", renewTime: "2026-03-01T11:59:39.000000Z", leaseDurationSeconds: 60 },
      "held",
    ],
    ["has a holder and no time", { holderIdentity: "a" }, "expired"],
  ];
  for (const [name, spec, is] of ROWS) {
    it(`says ${is} of a lease that ${name}`, () => {
      const lease = { apiVersion: "", kind: "Lease", metadata: { name: "a" } };
      assert.equal(standingOf(spec === undefined ? lease : { ...lease, spec }, NOW).is, is);
    });
  }
});

describe("isOfGroup()", () => {
  it("knows what cert-manager's own controllers call theirs", () => {
    assert.equal(isOfGroup("cert-manager-controller", "cert-manager.io"), true);
    assert.equal(isOfGroup("acme.cert-manager.io", "cert-manager.io"), false);
  });

  const ROWS: readonly [lease: string, isOf: boolean][] = [
    ["acme.example.com", true],
    ["54c549fd.acme.example.com", true],
    ["acme.example.com-member-1", true],
    ["acme.example.com.slot-01", true],
    ["other.example.com", false],
    ["notacme.example.com", false],
  ];
  for (const [lease, isOf] of ROWS) {
    it(`says ${isOf} of ${lease}`, () => {
      assert.equal(isOfGroup(lease, "acme.example.com"), isOf);
    });
  }
});
