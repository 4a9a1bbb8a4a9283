// Runs once around all integration files: they share one control plane, and find it in the
// environment. Each file keeps to namespaces of its own.

import {
  applyObjects,
  installCertManager,
  namespace,
  startControlPlane,
} from "@countersign/testing";
import { printProgress, printStep } from "../tools/demo/print-step.ts";
import { serveIssuers } from "../tools/serve-issuers.ts";
import { KUBECONFIG_VARIABLE } from "./cluster/connect.ts";
import { NAMESPACES_OF_TESTS } from "./cluster/namespaces.ts";
import { findHelm } from "./manifests/helm.ts";
import { findKustomize } from "./manifests/kustomize.ts";
import { WITHOUT_GO } from "./x509/tools.ts";

let stop: () => Promise<void> = async () => {};

export async function globalSetup(): Promise<void> {
  const options = { progress: printProgress };
  // Built here where it is not there yet: a test has too little time for it.
  if (!WITHOUT_GO) {
    await printStep("find Helm, or build it", findHelm);
    await printStep("find kustomize, or build it", findKustomize);
  }
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
