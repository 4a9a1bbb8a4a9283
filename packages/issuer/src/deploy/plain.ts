import { stringify } from "yaml";
import type { Json } from "../outcome.ts";
import { mergeValues, type Values } from "./chosen-values.ts";
import { evaluateList } from "./evaluate.ts";
import type { ManifestFile } from "./files.ts";
import { PARTS } from "./parts.ts";
import type { Program } from "./program.ts";
import { signersOf } from "./rights.ts";

/** An installation that is written out. */
export interface PlainOptions {
  readonly name: string;
  readonly namespace: string;
  readonly values: Values;
}

/** What only Helm needs, and what needs a CRD that not every cluster has. */
const PLAIN: Values = { crds: { enabled: true, keep: false } };
const MONITORED: Values = { metrics: { serviceMonitor: { enabled: true } } };
const OPTIONAL_PART = "service-monitor";

/**
 * Makes plain YAML: `base/`, which is a kustomize base, and `install.yaml`, which is the same in one
 * file. `base/service-monitor.yaml` is part of neither: where the Prometheus operator is, add it.
 */
export function plainFiles(program: Program, options: PlainOptions): ManifestFile[] {
  const parts = objectsOf(program, options);
  const files = [...parts].map(([part, objects]) => ({
    path: `base/${part}.yaml`,
    content: yamlOf(objects),
  }));
  const standard = [...parts].filter(([part]) => part !== OPTIONAL_PART);
  const kustomization = {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: standard.map(([part]) => `${part}.yaml`),
  };
  return [
    { path: "install.yaml", content: yamlOf(standard.flatMap(([, objects]) => objects)) },
    { path: "base/kustomization.yaml", content: stringify(kustomization) },
    ...files,
    { path: "cert-manager-values.yaml", content: approverValues(program) },
  ];
}

function objectsOf(program: Program, options: PlainOptions): Map<string, readonly Json[]> {
  const { name, namespace } = options;
  const values = mergeValues(options.values, PLAIN);
  const parts = Object.entries(PARTS).map(([part, make]): [string, readonly Json[]] => {
    const own = part === OPTIONAL_PART ? mergeValues(values, MONITORED) : values;
    return [part, evaluateList(make(program), { name, namespace, values: own, variables: {} })];
  });
  return new Map([
    ["namespace", [namespaceOf(namespace)]],
    ...parts.filter(([, each]) => each.length > 0),
  ]);
}

/** The pods need no more than Kubernetes' strictest standard allows. */
function namespaceOf(name: string): Json {
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

/** Signers that cert-manager's approver may approve by its chart's defaults, which a list replaces. */
const OWN_SIGNERS = ["issuers.cert-manager.io/*", "clusterissuers.cert-manager.io/*"];

function approverValues({ kinds }: Program): string {
  const values = { approveSignerNames: [...OWN_SIGNERS, ...signersOf(kinds)] };
  return `# Values of cert-manager's chart, in place of approver.yaml: its approver may then approve these.\n${stringify(values)}`;
}

function yamlOf(objects: readonly Json[]): string {
  return objects.map((object) => `---\n${stringify(object, { lineWidth: 0 })}`).join("");
}
