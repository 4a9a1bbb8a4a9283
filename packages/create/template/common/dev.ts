// `npm run dev`: a cluster with cert-manager, the CA of ca.ts and this issuer, until Ctrl-C. The
// issuer is started again whenever it is saved.
import { stat, watch } from "node:fs/promises";
import { join } from "node:path";
import { applyObjects, type ProgressEvent } from "@countersign/testing";
import { printManifests, startCluster } from "./test/cluster.ts";

const SOURCE = "issuer.ts";

function printProgress({ step, elapsedMs, done }: ProgressEvent): void {
  const seconds = `${(elapsedMs / 1_000).toFixed(1)} s`;
  console.log(done ? `✔ ${step} (${seconds})` : `  ${step} …${elapsedMs > 0 ? ` ${seconds}` : ""}`);
}

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => stop.abort());
const { signal } = stop;

try {
  await using cluster = await startCluster({ progress: printProgress, signal });
  const { controlPlane, controller, ca } = cluster;
  console.log(`\nThe issuer runs, before the CA at ${ca.url}. In another terminal:\n`);
  console.log(`  export KUBECONFIG=${controlPlane.kubeconfigPath}`);
  console.log("  kubectl apply -f deploy/certificate.yaml");
  console.log("  kubectl get cert-manager --all-namespaces");
  console.log(`  tail -f ${controlPlane.dir}/logs/{{name}}.log\n`);
  let startedAt = Date.now();
  for await (const { filename } of watch(import.meta.dirname, { signal })) {
    if (filename !== SOURCE) continue;
    const { mtimeMs } = await stat(join(import.meta.dirname, SOURCE));
    if (mtimeMs <= startedAt) continue; // one save is several events
    startedAt = Date.now();
    try {
      await applyObjects(controlPlane.client, await printManifests(), { signal });
      await controller.restart();
      console.log(`${SOURCE} was saved: the issuer runs anew`);
    } catch (error) {
      if (signal.aborted) break;
      console.error(`${SOURCE} was saved, and cannot run: ${(error as Error).message}`);
    }
  }
} catch (error) {
  if (!signal.aborted) throw error;
}
