import {
  applyManifests,
  installCertManager,
  installController,
  type Progress,
  startControlPlane,
} from "@countersign/testing";
import { FIELD_OWNER } from "./apply-file-objects.ts";
import { type DevCluster, USUAL_CERT_MANAGER } from "./dev-cluster.ts";

/**
 * Starts a cluster of our own: a control plane with cert-manager, which ends with this process.
 *
 * @throws TestingError, whose message says what to install, as `startControlPlane()` does.
 */
export async function startOwnCluster(options: {
  progress: Progress;
  signal: AbortSignal;
}): Promise<DevCluster> {
  const { signal } = options;
  const controlPlane = await startControlPlane(options);
  try {
    await installCertManager(controlPlane, options);
  } catch (error) {
    await controlPlane.stop();
    throw error;
  }
  const { client } = controlPlane;
  const owner = { fieldOwner: FIELD_OWNER, signal };
  return {
    client,
    failed: controlPlane.failed,
    certManager: USUAL_CERT_MANAGER,
    hint: [
      "The control plane is yours until Ctrl-C. To try it in another terminal:",
      `  export KUBECONFIG=${controlPlane.kubeconfigPath}`,
    ],
    installManifests: (manifests) => applyManifests(client, manifests, owner),
    startIssuer: ({ name, ...program }) =>
      installController(controlPlane, {
        ...program,
        name: "issuer",
        serviceAccount: { namespace: name, name },
        ...owner,
      }),
    [Symbol.asyncDispose]: () => controlPlane.stop(),
  };
}
