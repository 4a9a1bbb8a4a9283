// Runs once around all integration files: they share one control plane, and find it in the
// environment. Each file keeps to namespaces of its own.

import {
  applyObjects,
  installCertManager,
  namespace,
  startControlPlane,
} from "@countersign/testing";
import { printProgress } from "../tools/demo/print-step.ts";
import { serveIssuers } from "../tools/serve-issuers.ts";
import { KUBECONFIG_VARIABLE } from "./cluster/connect.ts";
import { NAMESPACES_OF_TESTS } from "./cluster/namespaces.ts";

let stop: () => Promise<void> = async () => {};

export async function globalSetup(): Promise<void> {
  const options = { progress: printProgress };
  const controlPlane = await startControlPlane(options);
  stop = () => controlPlane.stop();
  // Off by default in cert-manager, and part of its conformance tests.
  const featureGates = { LiteralCertificateSubject: true, OtherNames: true };
  await installCertManager(controlPlane, { ...options, featureGates });
  await applyObjects(
    controlPlane.client,
    NAMESPACES_OF_TESTS.map((name) => namespace(name)),
  );
  await serveIssuers(controlPlane, { secretNamespaces: NAMESPACES_OF_TESTS });
  process.env[KUBECONFIG_VARIABLE] = controlPlane.kubeconfigPath;
}

export async function globalTeardown(): Promise<void> {
  await stop();
}
