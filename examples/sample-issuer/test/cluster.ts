// A real API server and the real cert-manager on loopback, with this issuer and the CA of ca.ts.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { kindsOf } from "@countersign/issuer";
import type { KubeObject } from "@countersign/kube";
import {
  applyObjects,
  type ControlPlane,
  type FakeCa,
  type InstalledController,
  installCertManager,
  installController,
  namespace,
  secret,
  startControlPlane,
} from "@countersign/testing";
import { parseAllDocuments } from "yaml";
import { startCa } from "../ca.ts";
import issuer from "../issuer.ts";

/** Where the controller runs, and where the Secrets of cluster issuers are. */
export const HOME = "sample-issuer";

/** Where issuers of a namespace and all Certificates are. */
export const NAMESPACE = "demo";

/** What every issuer and its Secret are called. */
export const NAME = "demo";

const TOKEN = "t0p-s3cret";
const MAIN = join(import.meta.dirname, "..", "main.ts");

/** How this process reads its modules: the controller's must do the same. */
const NODE_ARGS = process.execArgv.filter((each) => each.startsWith("--conditions"));

/** All that runs. */
export interface Cluster extends AsyncDisposable {
  readonly controlPlane: ControlPlane;
  readonly ca: FakeCa;
  readonly controller: InstalledController;
}

/** Starts all of it, with an issuer of each kind. What was started ends when it is disposed of. */
export async function startCluster(): Promise<Cluster> {
  await using started = new AsyncDisposableStack();
  const ca = started.use(await startCa({ token: TOKEN }));
  const controlPlane = started.use(await startControlPlane());
  await installCertManager(controlPlane);
  const { client } = controlPlane;
  await applyObjects(client, [namespace(HOME), namespace(NAMESPACE)]);
  const controller = await installController(controlPlane, {
    name: "sample-issuer",
    manifests: await printManifests(),
    serviceAccount: { namespace: HOME, name: HOME },
    command: process.execPath,
    args: [...NODE_ARGS, MAIN, `--cluster-resource-namespace=${HOME}`],
    env: { ALLOW_LOOPBACK_CA: "true" },
  });
  for (const { resource } of kindsOf([issuer])) {
    const place = resource.namespaced ? { namespace: NAMESPACE } : {};
    const secretPlace = { namespace: place.namespace ?? HOME, name: NAME };
    await applyObjects(client, [secret(secretPlace, { token: TOKEN })]);
    const spec = { url: ca.url, authSecretName: NAME };
    await client.create(resource, { metadata: { ...place, name: NAME }, spec });
  }
  const kept = started.move();
  return { controlPlane, ca, controller, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** The CRDs and rights that the program prints. */
async function printManifests(): Promise<KubeObject[]> {
  const args = [...NODE_ARGS, MAIN, "manifests", `--secret-namespaces=${NAMESPACE}`];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return parseAllDocuments(stdout).map((document) => document.toJS() as KubeObject);
}
