import { join } from "node:path";
import { manifestsOf, type RbacOptions } from "@countersign/issuer";
import {
  type ControlPlane,
  type InstalledController,
  installController,
} from "@countersign/testing";
import { issuers, NAME } from "../issuers/index.ts";
import { ROOT } from "./command.ts";

/** Where the program of our issuers runs, and where the Secrets of cluster issuers are. */
export const ISSUERS_NAMESPACE = "countersign";

/**
 * Starts the program of our issuers as a process of its own, with the rights that its manifests give
 * and no others. The same manifests let cert-manager approve their requests, unless that is left out.
 */
export async function serveIssuers(
  controlPlane: ControlPlane,
  options: Pick<RbacOptions, "secretNamespaces" | "secretNames" | "namespaces"> & {
    isApproverAllowed?: boolean;
    /** More of its flags. */
    args?: readonly string[];
    /** Of node, before the program. */
    nodeArgs?: readonly string[];
    env?: Readonly<Record<string, string>>;
    /** Where it reaches the API server. @default the control plane's */
    url?: string;
  },
): Promise<InstalledController> {
  const { isApproverAllowed = true, args = [], nodeArgs = [], env, url, ...scope } = options;
  const serviceAccount = { namespace: ISSUERS_NAMESPACE, name: NAME };
  const certManager = { namespace: "cert-manager", name: "cert-manager" };
  const { crds, rbac } = manifestsOf(issuers, { ...scope, serviceAccount, certManager });
  const isForApprover = (name: string): boolean => name.endsWith("-approver");
  return installController(controlPlane, {
    name: "issuers",
    manifests: [
      ...crds,
      ...rbac.filter(({ metadata }) => isApproverAllowed || !isForApprover(metadata.name)),
    ],
    serviceAccount,
    command: process.execPath,
    args: [
      "--conditions=@countersign/source",
      ...nodeArgs,
      join(ROOT, "issuers/main.ts"),
      "--leader-elect=false",
      `--cluster-resource-namespace=${ISSUERS_NAMESPACE}`,
      ...(scope.namespaces ? [`--namespaces=${scope.namespaces.join()}`] : []),
      ...args,
    ],
    ...(env === undefined ? {} : { env }),
    ...(url === undefined ? {} : { url }),
  });
}
