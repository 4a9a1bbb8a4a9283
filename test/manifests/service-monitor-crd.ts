import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { KubeObject } from "@countersign/kube";
import { parse } from "yaml";
import { toolFolder } from "../x509/tool-cache.ts";

const MODULE = "github.com/prometheus-operator/prometheus-operator";
const FILE = "monitoring.coreos.com_servicemonitors.yaml";

/** Reads the CRD of ServiceMonitors, as the Prometheus operator's module has it. */
export async function serviceMonitorCrd(): Promise<KubeObject> {
  const sources = fileURLToPath(new URL("./prometheus-operator", import.meta.url));
  const env = { GOWORK: "off", GOFLAGS: "-mod=readonly" };
  const folder = await toolFolder({
    name: "prometheus-operator-crds",
    sources,
    steps: (out) => [
      { command: "go", args: ["mod", "download", MODULE], env },
      {
        command: "sh",
        args: [
          "-c",
          `cp "$(go list -m -f '{{.Dir}}' ${MODULE})/example/prometheus-operator-crd/${FILE}" "$0"`,
          out,
        ],
        env,
      },
    ],
  });
  return parse(await readFile(join(folder, FILE), "utf8")) as KubeObject;
}
