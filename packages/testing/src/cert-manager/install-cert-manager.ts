/** Runs cert-manager's own controllers and webhook against a control plane. */
import type { ControlPlane } from "../control-plane/control-plane.ts";
import { NAMESPACES } from "../control-plane/resources.ts";
import { withProgress } from "../progress.ts";
import { findCertManager } from "../servers/find-servers.ts";
import type { SupervisedProcess } from "../supervisor/supervisor.ts";
import { installCustomResourceDefinitions } from "./install-custom-resource-definitions.ts";
import { type CertManagerOptions, FIELD_OWNER, NAMESPACE, type Setting } from "./setting.ts";
import { startController } from "./start-controller.ts";
import {
  type RunningWebhook,
  servesCertificates,
  startConfiguredWebhook,
} from "./start-webhook.ts";

/** A running cert-manager. */
export interface CertManager extends AsyncDisposable {
  readonly controller: SupervisedProcess;
  /** The webhook's process of now; undefined without one. */
  readonly webhook: SupervisedProcess | undefined;
  /** Ends the webhook: cert-manager's objects can then not be written, as in a real outage of it. */
  killWebhook(): Promise<void>;
  /** Starts the webhook again, where it was, and waits until it answers. */
  startWebhook(): Promise<void>;
  /** Ends the controller and the webhook; their objects stay. */
  stop(): Promise<void>;
}

/**
 * Installs cert-manager: its CRDs, its controllers (Certificates, the approver, the ingress shim,
 * the issuers SelfSigned and CA) and its admission webhook.
 *
 * Guarantees: when it returns the controllers have read the cluster, and the webhook refuses what
 * cert-manager's webhook refuses. The controllers run as `system:serviceaccount:cert-manager:cert-manager`
 * with the rights of cert-manager's chart: requests of an external issuer are approved once somebody
 * grants the right `approve` for its signers.
 *
 * Caveats: no ACME, Vault, Venafi, Gateway API, CertificateSigningRequests or CA injector.
 *
 * @throws TestingError as `startControlPlane()` does.
 */
export async function installCertManager(
  controlPlane: ControlPlane,
  options: CertManagerOptions = {},
): Promise<CertManager> {
  const { progress, signal } = options;
  const files = await findCertManager(options);
  const { client } = controlPlane;
  return withProgress(
    "start cert-manager",
    async () => {
      const call = { fieldOwner: FIELD_OWNER, signal };
      await installCustomResourceDefinitions(client, files.crds, call);
      await client.apply(NAMESPACES, { metadata: { name: NAMESPACE } }, call);
      const setting: Setting = { ...options, controlPlane, program: files.program };
      return startBoth(setting);
    },
    { progress },
  );
}

/** Starts the controller and the webhook side by side. Where one fails, the other is ended. */
async function startBoth(setting: Setting): Promise<CertManager> {
  const [controller, webhook] = await Promise.allSettled([
    startController(setting),
    setting.webhook === false ? servesCertificates(setting) : startConfiguredWebhook(setting),
  ]);
  if (controller.status === "rejected") {
    if (webhook.status === "fulfilled") await webhook.value?.process.stop();
    throw controller.reason;
  }
  if (webhook.status === "rejected") {
    await controller.value.stop();
    throw webhook.reason;
  }
  return new RunningCertManager(controller.value, webhook.value);
}

class RunningCertManager implements CertManager {
  readonly controller: SupervisedProcess;
  readonly #webhook: RunningWebhook | undefined;
  #webhookProcess: SupervisedProcess | undefined;

  constructor(controller: SupervisedProcess, webhook: RunningWebhook | undefined) {
    this.controller = controller;
    this.#webhook = webhook;
    this.#webhookProcess = webhook?.process;
  }

  get webhook(): SupervisedProcess | undefined {
    return this.#webhookProcess;
  }

  async killWebhook(): Promise<void> {
    this.#webhookProcess?.signal("SIGKILL");
    await this.#webhookProcess?.exited;
  }

  async startWebhook(): Promise<void> {
    await this.killWebhook();
    this.#webhookProcess = await this.#webhook?.restart();
  }

  async stop(): Promise<void> {
    await Promise.all([this.controller.stop(), this.#webhookProcess?.stop()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
