import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { manifestFiles, updateManifestFolder } from "@countersign/issuer";
import type { KubeObject } from "@countersign/kube";
import { applyObjects, namespace as namespaceObject } from "@countersign/testing";
import { parse, parseAllDocuments } from "yaml";
import { issuers, NAME } from "../issuers/index.ts";
import { type Cluster, connect } from "./cluster/connect.ts";
import { type DryRun, startDryRun } from "./manifests/dry-run.ts";
import {
  EXAMPLES,
  mergeValues,
  pathsOf,
  type Values,
  type ValuesSchema,
} from "./manifests/example-values.ts";
import { findHelm, renderChart, runHelm } from "./manifests/helm.ts";
import { buildBase, findKustomize } from "./manifests/kustomize.ts";
import { serviceMonitorCrd } from "./manifests/service-monitor-crd.ts";
import { WITHOUT_GO } from "./x509/tools.ts";

const NAMESPACE = "charted";
/** Those that the example values name. */
const NAMESPACES = [NAMESPACE, "team-a", "team-b", "leases", "cluster-secrets"];
/** Enough for a few dozen renderings while others build. */
const timeout = 170_000;

const DEFAULTS = parse(
  manifestFiles(issuers, { name: NAME }).find(({ path }) => path === "chart/values.yaml")
    ?.content ?? "",
) as Values;

const SWITCHED_ON: Values = {
  leaderElection: { enabled: true },
  sharding: { enabled: false },
  approver: { enabled: true },
  replicas: 3,
  certificateRequests: true,
  crds: { enabled: true },
  metrics: { enabled: true },
  networkPolicy: { enabled: true },
  podDisruptionBudget: { enabled: true },
};

describe("the manifests of our issuers", { skip: WITHOUT_GO }, () => {
  let cluster: Cluster;
  let dryRun: DryRun;
  let helm: string;
  let folder: string;

  before(async () => {
    helm = await findHelm();
    cluster = await connect();
    dryRun = await startDryRun();
    const crd = await serviceMonitorCrd();
    await applyObjects(cluster.client, [crd, ...NAMESPACES.map((name) => namespaceObject(name))]);
    folder = await mkdtemp(join(tmpdir(), "countersign-chart-"));
    await updateManifestFolder(
      folder,
      manifestFiles(issuers, { name: NAME, namespace: NAMESPACE }),
    );
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
    await dryRun[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  const accepted = new Set<string>();

  /** Each object once, however many renderings have it. */
  async function accept(objects: readonly KubeObject[]): Promise<void> {
    for (const object of objects) {
      const text = JSON.stringify(object);
      if (!accepted.has(text)) await dryRun.apply(object);
      accepted.add(text);
    }
  }

  async function render(values: Values): Promise<KubeObject[]> {
    const file = join(folder, "values.json");
    await writeFile(file, JSON.stringify(values));
    const release = { name: NAME, namespace: NAMESPACE, chart: join(folder, "chart") };
    return renderChart(helm, { ...release, values: file });
  }

  it("are taken by the API server as plain YAML, field by field", async () => {
    const objects = plainObjects({});
    assert.deepEqual(
      [...new Set(objects.map(({ kind }) => kind))].sort(),
      [
        ...["ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "Deployment"],
        ...["Namespace", "NetworkPolicy", "PodDisruptionBudget", "Role", "RoleBinding", "Service"],
        ...["ServiceAccount", "ServiceMonitor"],
      ].sort(),
    );
    await accept(objects);
  });

  it("are refused by it with a field that it does not know", async () => {
    const [deployment] = plainObjects({}).filter(({ kind }) => kind === "Deployment");
    assert.ok(deployment);
    const wrong = { ...deployment, spec: { replica: 1 } };
    await assert.rejects(dryRun.apply(wrong), /spec\.replica|field not declared in schema/);
  });

  it("are the same as kustomize makes of the base, and in one file", async () => {
    const installed = await readFile(join(folder, "install.yaml"), "utf8");
    const isInstalled = ({ kind }: KubeObject): boolean => kind !== "ServiceMonitor";
    const expected = byName(plainObjects({}).filter(isInstalled));
    assert.deepEqual(byName(objectsIn(installed)), expected);
    const built = await buildBase(await findKustomize(), join(folder, "base"));
    assert.deepEqual(byName(built), expected);
  });

  it("pass Helm's own lint", async () => {
    const said = await runHelm(helm, ["lint", "--strict", join(folder, "chart")]);
    assert.match(said, /1 chart\(s\) linted, 0 chart\(s\) failed/);
  });

  const all = EXAMPLES.reduce((merged, [, values]) => mergeValues(merged, values), {});
  for (const [name, values] of [
    ["its defaults", {}],
    ["all values set, which switches much off", mergeValues(all, { replicas: 1 })],
    ["all values set but the switches", mergeValues(all, SWITCHED_ON)],
  ] as const) {
    it(`are the same as a chart with ${name}`, { timeout }, async () => {
      const rendered = await render(values);
      assert.deepEqual(byName(rendered), byName(chartedObjects(values)));
      await accept(rendered);
    });
  }

  it("have no value that is not set here", async () => {
    const schema = await readFile(join(folder, "chart/values.schema.json"), "utf8");
    const paths = pathsOf(JSON.parse(schema) as ValuesSchema);
    assert.deepEqual(paths.sort(), EXAMPLES.map(([path]) => path).sort());
  });

  it("are others with each value set by itself, which the API server takes as well", async () => {
    const defaults = chartedObjects({});
    for (const [path, values] of EXAMPLES) {
      const objects = chartedObjects(values);
      await accept(objects);
      assert.notDeepEqual(objects, defaults, `${path} must change something`);
    }
  });

  for (const [values, words] of [
    [{ replica: 3 }, /replica/],
    [{ replicas: "3" }, /replicas/],
    [{ replicas: 2, leaderElection: { enabled: false } }, /replicas/],
    [{ namespaces: ["Team A"] }, /namespaces/],
    [{ metrics: { port: 80 } }, /port/],
    [{ image: { repository: "" } }, /repository/],
    [{ logLevel: "loud" }, /logLevel/],
  ] as const) {
    it(`refuse ${JSON.stringify(values)}, and say which value it is`, async () => {
      await assert.rejects(render(values), (error: Error) => {
        assert.match(error.message, /values don't meet the specifications of the schema/);
        assert.match(error.message, words);
        return true;
      });
    });
  }

  it("leave cert-manager's approver out where it gets its right otherwise, and say how", async () => {
    const rendered = await render({ approver: { enabled: false } });
    assert.equal(
      rendered.some(({ metadata }) => metadata.name.endsWith("-approver")),
      false,
    );
  });
});

/** The plain manifests with these values. */
function plainObjects(values: Values): KubeObject[] {
  const files = manifestFiles(issuers, { name: NAME, namespace: NAMESPACE, values });
  return files
    .filter(({ path }) => path.startsWith("base/") && path !== "base/kustomization.yaml")
    .flatMap(({ content }) => objectsIn(content));
}

function objectsIn(yaml: string): KubeObject[] {
  return parseAllDocuments(yaml).map((document) => document.toJS() as KubeObject);
}

/** Those that the chart has as well. */
function chartedObjects(values: Values): KubeObject[] {
  const { crds, metrics } = mergeValues(DEFAULTS, values) as {
    crds: { enabled: boolean; keep: boolean };
    metrics: { enabled: boolean; serviceMonitor: { enabled: boolean } };
  };
  const isCharted: Readonly<Record<string, boolean>> = {
    Namespace: false,
    CustomResourceDefinition: crds.enabled,
    ServiceMonitor: metrics.enabled && metrics.serviceMonitor.enabled,
  };
  const keep = { "helm.sh/resource-policy": "keep" };
  return plainObjects(values)
    .filter(({ kind = "" }) => isCharted[kind] ?? true)
    .map((object) =>
      object.kind === "CustomResourceDefinition" && crds.keep
        ? { ...object, metadata: { ...object.metadata, annotations: keep } }
        : object,
    );
}

/** Helm sorts what it renders by what must be there first. */
function byName(objects: readonly KubeObject[]): KubeObject[] {
  const keyOf = ({ kind, metadata }: KubeObject): string =>
    [kind, metadata.namespace, metadata.name].join("/");
  return objects.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
