import type { ControlPlane } from "../control-plane/control-plane.ts";
import type { FindOptions } from "../servers/find-servers.ts";

/** Settings of `installCertManager()`. */
export interface CertManagerOptions extends FindOptions {
  /** Without it nothing validates, and everything the approver sees is approved. @default true */
  readonly webhook?: boolean;
  /** cert-manager's feature gates, for the controller and the webhook. */
  readonly featureGates?: Readonly<Record<string, boolean>>;
  /** More arguments of the controller, as `--certificate-request-minimum-backoff-duration=5s`. */
  readonly controllerArgs?: readonly string[];
}

/** What starting a part of cert-manager needs. */
export interface Setting extends CertManagerOptions {
  readonly controlPlane: ControlPlane;
  readonly program: string;
}

/** Where cert-manager's own accounts and lease would be. */
export const NAMESPACE = "cert-manager";

export const FIELD_OWNER = "countersign-testing";

/** How long each part may take to be ready. */
export const START_TIMEOUT_MS = 60_000;

/** Both programs take the same gates. */
export function featureGateArgs(gates: Readonly<Record<string, boolean>> = {}): string[] {
  const pairs = Object.entries(gates).map(([name, enabled]) => `${name}=${enabled}`);
  return pairs.length === 0 ? [] : [`--feature-gates=${pairs.join(",")}`];
}

/** Not this process's own: a proxy in it would be asked for 127.0.0.1. */
export function serverEnv({ dir }: ControlPlane): Record<string, string> {
  return { HOME: dir, TMPDIR: dir };
}
