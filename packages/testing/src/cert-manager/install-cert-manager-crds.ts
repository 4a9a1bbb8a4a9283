import type { ControlPlane } from "../control-plane/control-plane.ts";
import { withProgress } from "../progress.ts";
import { type CertManagerVersion, findCertManagerCrds } from "../servers/cert-manager-crds.ts";
import type { FindOptions } from "../servers/find-servers.ts";
import { installCustomResourceDefinitions } from "./install-custom-resource-definitions.ts";
import { FIELD_OWNER } from "./setting.ts";

/** Settings of {@link installCertManagerCrds}. */
export interface CertManagerCrdsOptions extends FindOptions {
  readonly version: CertManagerVersion;
}

/**
 * Installs the CustomResourceDefinitions of a version of cert-manager and nothing else of it: no
 * controller and no webhook runs. Requests are approved and validated by nobody, which is for the
 * test to do; a Certificate stays as it is.
 *
 * What an issuer meets of an old cert-manager is its API, and that is here as it was. The controller
 * and the webhook exist in one version only, the one that `installCertManager()` runs: an old one
 * would need the Kubernetes libraries, and often the Kubernetes, of its day.
 *
 * Caveats: labels and annotations of the definitions are left out, and so are conversion webhooks;
 * other versions than `v1` are not converted.
 *
 * @throws TestingError `ERR_SERVERS_NOT_FOUND` or `ERR_SERVER_BUILD` where they cannot be got.
 */
export async function installCertManagerCrds(
  controlPlane: ControlPlane,
  options: CertManagerCrdsOptions,
): Promise<void> {
  const { version, progress, signal } = options;
  const folder = await findCertManagerCrds(version, options);
  const call = { fieldOwner: FIELD_OWNER, signal };
  await withProgress(
    `install the CRDs of cert-manager ${version}`,
    () => installCustomResourceDefinitions(controlPlane.client, folder, call),
    { progress },
  );
}
