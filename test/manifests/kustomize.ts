import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { KubeObject } from "@countersign/kube";
import { parseAllDocuments } from "yaml";
import { toolFolder } from "../x509/tool-cache.ts";
import { goBuild } from "../x509/tools.ts";

/** Gives the path of kustomize, building it first where it is not in the cache. */
export async function findKustomize(): Promise<string> {
  const sources = fileURLToPath(new URL("./kustomize", import.meta.url));
  const folder = await toolFolder({
    name: "kustomize",
    sources,
    steps: (out) => [goBuild(join(out, "kustomize"), "sigs.k8s.io/kustomize/kustomize/v5")],
  });
  return join(folder, "kustomize");
}

/** What a kustomize base comes to. */
export async function buildBase(kustomize: string, base: string): Promise<KubeObject[]> {
  const { stdout } = await promisify(execFile)(kustomize, ["build", base], { maxBuffer: 2 ** 26 });
  return parseAllDocuments(stdout).map((document) => document.toJS() as KubeObject);
}
