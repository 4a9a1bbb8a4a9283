import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMetrics } from "@countersign/kube";
import { issuerMetrics } from "./issuer-metrics.ts";
import type { IssuerReport } from "./issuer-status.ts";

const KEY = "AcmeIssuer.acme.example.com default/ca";
const CLUSTER_KEY = "AcmeClusterIssuer.acme.example.com ca";
const NOT_AFTER = new Date("2026-06-01T00:00:00Z");
const SERIES = `countersign_issuer_not_after_timestamp_seconds{kind="AcmeIssuer",namespace="default",name="ca"} ${NOT_AFTER.getTime() / 1_000}`;

describe("countersign_issuer_not_after_timestamp_seconds", () => {
  const ending: IssuerReport = { type: "ending", message: "", notAfter: NOT_AFTER };
  const rows: [rule: string, reports: IssuerReport[], series: string | undefined][] = [
    ["is there when a check tells the end", [{ type: "ready", notAfter: NOT_AFTER }], SERIES],
    ["is there when the end is near", [ending], SERIES],
    ["is there after the end", [{ ...ending, type: "notReady" }], SERIES],
    ["is not there when nobody knows the end", [{ type: "ready" }], undefined],
    [
      "stays while the issuer cannot be checked",
      [ending, { type: "notReady", message: "" }],
      SERIES,
    ],
    ["stays while the issuer is set wrongly", [ending, { type: "failed", message: "" }], SERIES],
    ["goes when the end is no longer known", [ending, { type: "ready" }], undefined],
  ];
  for (const [rule, reports, series] of rows) {
    it(rule, async () => {
      const registry = createMetrics({ process: false });
      const metrics = issuerMetrics(registry);
      for (const report of reports) metrics.checked(KEY, report);
      const lines = (await registry.expose()).split("\n");
      assert.deepEqual(
        lines.filter((line) => line.startsWith("countersign_")),
        series === undefined ? [] : [series],
      );
    });
  }

  it("goes with its issuer, and has no namespace for a cluster issuer", async () => {
    const registry = createMetrics({ process: false });
    const metrics = issuerMetrics(registry);
    for (const key of [KEY, CLUSTER_KEY]) metrics.checked(key, ending);
    metrics.gone(KEY);
    const text = await registry.expose();
    assert.doesNotMatch(text, /kind="AcmeIssuer"/);
    assert.match(text, /\{kind="AcmeClusterIssuer",namespace="",name="ca"\}/);
  });
});
