import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { textOfFinding } from "../finding.ts";
import { checkCertManager } from "./check-cert-manager.ts";
import { checkClock } from "./check-clock.ts";
import { checkWebhook } from "./check-webhook.ts";
import { definitionOf } from "./definitions.ts";
import { dryRunOf } from "./read-webhook.ts";
import type { CertManagerSnapshot, ConfiguredWebhook } from "./snapshot.ts";

const NOW = new Date("2026-03-01T12:00:00Z");

describe("checkClock()", () => {
  const ROWS: readonly [aheadMs: number, level: string, says: RegExp][] = [
    [0, "ok", /agree/],
    [-5_000, "ok", /agree/],
    [6_000, "warning", /clock is 6s behind the API server's/],
    [-59_000, "warning", /clock is 59s ahead of the API server's/],
    [-3_600_000, "problem", /clock is 1h ahead of the API server's \(2026-03-01T12:00:00\.000Z\)/],
  ];
  for (const [aheadMs, level, says] of ROWS) {
    it(`says ${level} when the API server's is ${aheadMs} ms ahead`, () => {
      const finding = checkClock(aheadMs, NOW);
      assert.equal(finding.level, level);
      assert.match(finding.message, says);
    });
  }
  it("says unknown when the API server tells no time", () => {
    assert.equal(checkClock(0, undefined).level, "unknown");
  });
});

function certManager(differs: Partial<CertManagerSnapshot>): CertManagerSnapshot {
  const kinds = ["Certificate", "CertificateRequest", "Issuer", "ClusterIssuer"];
  return {
    kinds: kinds.map((kind) => ({
      group: "cert-manager.io",
      version: "v1",
      kind,
      plural: "",
      namespaced: true,
    })),
    version: "v1.21.2",
    approval: "supported",
    isApprovalSafe: true,
    controller: {
      account: { namespace: "cert-manager", name: "cert-manager" },
      isFound: true,
      availableReplicas: 1,
    },
    leases: { is: "there", object: [] },
    ...differs,
  };
}

describe("checkCertManager()", () => {
  const ROWS: readonly [name: string, differs: Partial<CertManagerSnapshot>, finds: string[]][] = [
    ["is as it should be", {}, ["ok", "ok", "ok"]],
    ["is not installed", { kinds: [] }, ["problem"]],
    ["lacks a kind", { kinds: certManager({}).kinds.slice(1) }, ["problem", "ok", "ok"]],
    [
      "serves an old API alone",
      { kinds: certManager({}).kinds.map((each) => ({ ...each, version: "v1alpha2" })) },
      ["problem", "ok", "ok"],
    ],
    ["is 1.16", { version: "v1.16.0" }, ["ok", "ok", "ok"]],
    ["is 1.15", { version: "v1.15.9" }, ["ok", "warning", "ok"]],
    ["is 2.0", { version: "v2.0.0-beta.1" }, ["ok", "ok", "ok"]],
    ["is 1.7", { version: "v1.7.0" }, ["ok", "problem", "ok"]],
    [
      "takes approvals away",
      { version: undefined, isApprovalSafe: false },
      ["ok", "problem", "ok"],
    ],
    ["has no approval", { approval: "unsupported" }, ["ok", "problem", "ok"]],
    ["does not tell its version", { version: undefined }, ["ok", "ok", "ok"]],
    [
      "has no replica",
      { controller: { ...certManager({}).controller, availableReplicas: 0 } },
      ["ok", "ok", "problem"],
    ],
    [
      "may not be looked at",
      { leases: { is: "unknown", right: "list leases" } },
      ["ok", "ok", "unknown"],
    ],
  ];
  for (const [name, differs, finds] of ROWS) {
    it(`says ${finds.join()} when cert-manager ${name}`, () => {
      const findings = checkCertManager(certManager(differs), NOW);
      assert.deepEqual(
        findings.map(({ level }) => level),
        finds,
      );
    });
  }
});

describe("checkWebhook()", () => {
  const service = "cert-manager/cert-manager-webhook";
  const ROWS: readonly [webhook: ConfiguredWebhook | undefined, says: string][] = [
    [
      { name: "w", hasCaBundle: true, service, readyEndpoints: 1 },
      "✔ cert-manager's webhook: it is",
    ],
    [{ name: "w", hasCaBundle: true }, "✔ cert-manager's webhook: it is configured"],
    [
      { name: "w", hasCaBundle: false },
      "✖ cert-manager's webhook: ValidatingWebhookConfiguration w has",
    ],
    [
      { name: "w", hasCaBundle: true, service, readyEndpoints: 0 },
      "✖ cert-manager's webhook: Service cert-manager/cert-manager-webhook has no endpoint that is ready.\n  → See why: kubectl get pods --namespace cert-manager.",
    ],
    [
      undefined,
      "! cert-manager's webhook: no ValidatingWebhookConfiguration is for cert-manager.io",
    ],
  ];
  for (const [webhook, says] of ROWS) {
    it(`says: ${says.slice(0, 90)}`, () => {
      const object = webhook === undefined ? [] : [webhook];
      const configurations = { is: "there" as const, object };
      const [finding] = checkWebhook({ configurations, dryRun: { is: "accepted" } });
      assert.ok(finding && textOfFinding(finding).startsWith(says));
    });
  }
});

describe("dryRunOf()", () => {
  const at = "Cannot POST /apis/cert-manager.io/v1/namespaces/default/certificaterequests";
  const ROWS: readonly [said: string, isForbidden: boolean, is: string][] = [
    [
      `${at}: 500 InternalError: Internal error occurred: failed calling webhook "webhook.cert-manager.io": dial tcp: refused`,
      false,
      "unreachable",
    ],
    [
      `${at}: 403 Forbidden: certificaterequests.cert-manager.io is forbidden: User "u" cannot create resource "certificaterequests"`,
      true,
      "notAllowed",
    ],
    [
      `${at}: 403 Forbidden: admission webhook "policy.example.com" denied the request: no`,
      true,
      "refused",
    ],
    [`${at}: 422 Invalid: spec.request: Invalid value`, false, "refused"],
  ];
  for (const [said, isForbidden, is] of ROWS) {
    it(`says ${is} of: ${said.slice(at.length + 2, at.length + 60)}`, () => {
      const dryRun = dryRunOf(said, isForbidden);
      assert.equal(dryRun.is, is);
      if ("message" in dryRun) assert.ok(!dryRun.message.includes("Cannot POST"), dryRun.message);
    });
  }
});

describe("definitionOf()", () => {
  const definition = (conditions: object[], versions: { name: string; served: boolean }[]) =>
    definitionOf({
      apiVersion: "",
      kind: "",
      metadata: { name: "acmeissuers.acme.example.com" },
      spec: { group: "acme.example.com", versions },
      status: { conditions: conditions as [], storedVersions: ["v1alpha1"] },
    });

  it("tells what is in the way of a definition that is not served", () => {
    const seen = definition(
      [
        { type: "NamesAccepted", status: "False", message: "acme is taken" },
        { type: "Established", status: "False", message: "not all names are accepted" },
      ],
      [{ name: "v1", served: true }],
    );
    assert.equal(seen.isEstablished, false);
    assert.equal(seen.message, "acme is taken");
  });

  it("tells stored versions from served ones", () => {
    const seen = definition(
      [{ type: "Established", status: "True" }],
      [
        { name: "v1", served: true },
        { name: "v1alpha1", served: false },
      ],
    );
    assert.deepEqual([seen.storedVersions, seen.servedVersions], [["v1alpha1"], ["v1"]]);
  });
});
