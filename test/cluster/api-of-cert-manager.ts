import {
  applyObjects,
  type CertManagerVersion,
  type ControlPlane,
  type ControlPlaneOptions,
  installCertManagerCrds,
  namespace,
  startControlPlane,
} from "@countersign/testing";

/**
 * Starts a control plane with a version of cert-manager's API, and a namespace called `default`.
 * Nothing of cert-manager runs: whoever tests is its approver.
 */
export async function startApiOfCertManager(
  version: CertManagerVersion,
  options: Pick<ControlPlaneOptions, "apiServerArgs"> = {},
): Promise<ControlPlane> {
  const controlPlane = await startControlPlane(options);
  try {
    await installCertManagerCrds(controlPlane, { version });
    await applyObjects(controlPlane.client, [namespace("default")]);
    return controlPlane;
  } catch (error) {
    await controlPlane.stop();
    throw error;
  }
}
