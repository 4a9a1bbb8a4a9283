import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import * as z from "zod";
import { type ControllerFlags, commandLine } from "../command-line.ts";
import { defineIssuer } from "../define-issuer.ts";
import type { Manifest } from "../manifest.ts";
import { type ManifestFilesOptions, manifestFiles } from "./files.ts";
import { PARTS } from "./parts.ts";

const acme = defineIssuer({
  group: "acme.example.com",
  version: "v1",
  kinds: { issuer: "AcmeIssuer", clusterIssuer: "AcmeClusterIssuer" },
  spec: z.object({ url: z.url() }),
  check: async () => {},
  sign: async () => ({ certificate: "" }),
});

function filesWith(options: Partial<ManifestFilesOptions> = {}): Map<string, string> {
  const files = manifestFiles([acme], { name: "acme", ...options });
  return new Map(files.map(({ path, content }) => [path, content]));
}

function objectsIn(content = ""): Manifest[] {
  return parseAllDocuments(content).map((document) => document.toJS() as Manifest);
}

interface Container {
  readonly args: readonly string[];
}

interface DeploymentSpec {
  readonly strategy?: object;
  readonly template: { readonly spec: { readonly containers: readonly Container[] } };
}

function deploymentWith(values: unknown): DeploymentSpec {
  const [deployment] = objectsIn(filesWith({ values }).get("base/deployment.yaml"));
  assert.ok(deployment);
  return deployment.spec as DeploymentSpec;
}

function argsWith(values: unknown): readonly string[] | undefined {
  return deploymentWith(values).template.spec.containers[0]?.args;
}

describe("manifestFiles()", () => {
  it("makes a template of the chart of every part", () => {
    const files = filesWith();
    for (const part of Object.keys(PARTS)) assert.ok(files.has(`chart/templates/${part}.yaml`));
  });

  it("lists as resources what is beside it, but for the ServiceMonitor", () => {
    const files = filesWith();
    const { resources } = parse(files.get("base/kustomization.yaml") ?? "") as {
      resources: string[];
    };
    const beside = [...files.keys()].filter((path) => /^base\/(?!kustomization)/.test(path));
    assert.deepEqual(
      beside.map((path) => path.slice("base/".length)).sort(),
      [...resources, "service-monitor.yaml"].sort(),
    );
    const installed = objectsIn(files.get("install.yaml"));
    const ofBase = resources.flatMap((name) => objectsIn(files.get(`base/${name}`)));
    assert.deepEqual(installed, ofBase);
  });

  it("runs the image that is named, in the namespace that is named", () => {
    const files = filesWith({
      image: "registry.example.com/acme",
      version: "1.2",
      namespace: "ns",
    });
    const [deployment] = objectsIn(files.get("base/deployment.yaml"));
    assert.equal(deployment?.metadata.namespace, "ns");
    assert.match(
      files.get("base/deployment.yaml") ?? "",
      /image: registry\.example\.com\/acme:1\.2$/m,
    );
    assert.match(files.get("base/namespace.yaml") ?? "", /name: ns$/m);
  });

  it("gives the program the flags that its values say", () => {
    assert.deepEqual(argsWith({}), [
      "--health-probe-bind-address=:8081",
      "--metrics-bind-address=:8080",
      "--leader-elect",
      "--max-concurrent-requests=32",
      "--max-retry-duration=10m",
      "--log-level=info",
    ]);
    const values = {
      replicas: 1,
      leaderElection: { enabled: false },
      metrics: { enabled: false },
      namespaces: ["a", "b"],
      certificateSigningRequests: false,
      maxConcurrentRequestsPerIssuer: 2,
      extraArgs: ["--max-pending-duration=1h"],
    };
    assert.deepEqual(argsWith(values), [
      "--health-probe-bind-address=:8081",
      "--namespaces=a,b",
      "--certificate-signing-requests=false",
      "--max-concurrent-requests=32",
      "--max-concurrent-requests-per-issuer=2",
      "--max-retry-duration=10m",
      "--log-level=info",
      "--max-pending-duration=1h",
    ]);
  });

  it("has all pods work where they divide the work, and none elected", () => {
    const values = { sharding: { enabled: true, requestsOf: ["AcmeClusterIssuer/busy=4"] } };
    const args = argsWith(values) ?? [];
    assert.equal(args.includes("--sharded"), true);
    assert.equal(args.includes("--shard-requests-of=AcmeClusterIssuer/busy=4"), true);
    assert.equal(args.includes("--leader-elect"), false);
    const rbac = objectsIn(filesWith({ values }).get("base/rbac.yaml"));
    const roles = rbac.filter(({ kind }) => kind === "Role").map(({ metadata }) => metadata.name);
    assert.deepEqual(roles, ["acme-references", "acme-shards"]);
  });

  it("gives the program no flag that it does not know", async () => {
    const namespaced = { namespaces: ["a"], clusterResourceNamespace: "b" };
    const leaderElection = { enabled: true, id: "lease", namespace: "c" };
    const durations = { maxRetryDuration: "1h", maxPendingDuration: "24h" };
    const switches = { certificateRequests: false, certificateSigningRequests: false };
    const rates = { maxConcurrentRequests: 1, maxConcurrentRequestsPerIssuer: 1 };
    const all = { ...namespaced, leaderElection, ...durations, ...switches, ...rates };
    for (const values of [{}, all]) {
      let flags: ControllerFlags | undefined;
      const program = commandLine("acme", {
        runController: async (given) => {
          flags = given;
        },
        printManifests: () => assert.fail("it is to serve"),
      });
      await program.exitOverride().parseAsync(["node", "acme", ...(argsWith(values) ?? [])]);
      assert.equal(flags?.leaderElect, true);
      assert.equal(flags?.certificateRequests, values !== all);
    }
  });

  it("never runs two pods at the same time that do not know of each other", () => {
    const values = { replicas: 1, leaderElection: { enabled: false } };
    assert.deepEqual(deploymentWith(values).strategy, { type: "Recreate" });
  });

  it("makes the values that are given the chart's defaults as well", () => {
    const values = parse(filesWith({ values: { replicas: 3 } }).get("chart/values.yaml") ?? "");
    assert.equal(values.replicas, 3);
    assert.deepEqual(values.image, {
      repository: "acme",
      tag: "0.0.0",
      pullPolicy: "IfNotPresent",
    });
  });

  it("names the signers for cert-manager's chart, beside its own", () => {
    const values = parse(filesWith().get("cert-manager-values.yaml") ?? "");
    assert.deepEqual(values, {
      approveSignerNames: [
        "issuers.cert-manager.io/*",
        "clusterissuers.cert-manager.io/*",
        "acmeissuers.acme.example.com/*",
        "acmeclusterissuers.acme.example.com/*",
      ],
    });
  });

  it("is the same each time", () => {
    assert.deepEqual(filesWith(), filesWith());
  });
});
