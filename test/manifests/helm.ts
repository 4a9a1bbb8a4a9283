import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { KubeObject } from "@countersign/kube";
import { parseAllDocuments } from "yaml";
import { toolFolder } from "../x509/tool-cache.ts";
import { goBuild } from "../x509/tools.ts";

/** What Helm takes for the cluster where it asks none: the newest that we support. */
const KUBE_VERSION = "1.36.3";

/** Gives the path of Helm, building it first where it is not in the cache: in two minutes or so. */
export async function findHelm(): Promise<string> {
  const sources = fileURLToPath(new URL("./helm", import.meta.url));
  const folder = await toolFolder({
    name: "helm",
    sources,
    steps: (out) => [goBuild(join(out, "helm"), "helm.sh/helm/v3/cmd/helm")],
  });
  return join(folder, "helm");
}

/** A release that is rendered. */
export interface Release {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  /** A file of values; the chart's own if not given. */
  readonly values?: string;
}

/**
 * Renders a chart as it would be installed.
 *
 * @throws Error with what Helm says against it.
 */
export async function renderChart(helm: string, release: Release): Promise<KubeObject[]> {
  const { name, namespace, chart, values } = release;
  const stdout = await runHelm(helm, [
    ...["template", name, chart, `--namespace=${namespace}`, `--kube-version=${KUBE_VERSION}`],
    ...(values === undefined ? [] : [`--values=${values}`]),
  ]);
  return parseAllDocuments(stdout).map((document) => document.toJS() as KubeObject);
}

/** Runs Helm with no configuration but its own defaults. */
export async function runHelm(helm: string, args: readonly string[]): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: "/nonexistent" };
  const { stdout } = await promisify(execFile)(helm, args, { env, maxBuffer: 2 ** 26 });
  return stdout;
}
