import type { Manifest, ServiceAccount } from "@countersign/issuer";
import type { ControllerHost, SupervisedProcess } from "@countersign/testing";

/** What cert-manager's own manifests call its account. */
export const USUAL_CERT_MANAGER: ServiceAccount = {
  namespace: "cert-manager",
  name: "cert-manager",
};

/** What to install in a cluster and to run for it. */
export interface IssuerSetup {
  readonly name: string;
  readonly manifests: readonly Manifest[];
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** An author's program, running. */
export interface RunningIssuer {
  /** Another one after `restart()`. */
  readonly process: SupervisedProcess;
  /** Starts the program anew, after the one that runs has ended. */
  restart(): Promise<SupervisedProcess>;
}

/** A cluster to develop an issuer in. Disposing of it ends every process that was started for it. */
export interface DevCluster extends Pick<ControllerHost, "client" | "failed">, AsyncDisposable {
  /** cert-manager's own account there. */
  readonly certManager: ServiceAccount;
  /** Applies an issuer's manifests, and makes the namespaces that they are in; also again, when they have changed. */
  installManifests(manifests: readonly Manifest[]): Promise<void>;
  startIssuer(setup: IssuerSetup): Promise<RunningIssuer>;
  /** What the reader needs to look around. */
  readonly hint: readonly string[];
}
