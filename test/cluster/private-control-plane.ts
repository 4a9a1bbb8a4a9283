import {
  applyObjects,
  type CertManager,
  type CertManagerOptions,
  type ControlPlane,
  installCertManager,
  namespace,
  startControlPlane,
} from "@countersign/testing";

/** A control plane of one test file, for what the shared one cannot be used for. */
export interface PrivateControlPlane {
  readonly controlPlane: ControlPlane;
  readonly certManager: CertManager;
}

/** Starts one with cert-manager and a namespace called `default`. */
export async function startPrivateControlPlane(
  options: CertManagerOptions = {},
): Promise<PrivateControlPlane> {
  const controlPlane = await startControlPlane();
  try {
    const certManager = await installCertManager(controlPlane, options);
    await applyObjects(controlPlane.client, [namespace("default")]);
    return { controlPlane, certManager };
  } catch (error) {
    await controlPlane.stop();
    throw error;
  }
}
