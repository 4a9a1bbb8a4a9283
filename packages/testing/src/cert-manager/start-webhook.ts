/** Starts cert-manager's admission webhook and has the API server call it. */
import { join } from "node:path";
import { type Client, isApiError } from "@countersign/kube";
import { httpsStatus } from "../control-plane/https-status.ts";
import { writeKeyFiles } from "../control-plane/server-files.ts";
import {
  type Listener,
  startOnFreePort,
  startOnPort,
} from "../control-plane/start-on-free-port.ts";
import { certificate } from "../objects/certificate.ts";
import { poll } from "../poll.ts";
import type { SupervisedProcess } from "../supervisor/supervisor.ts";
import { createIdentity } from "./create-identity.ts";
import { CERTIFICATES, MUTATING_WEBHOOKS, VALIDATING_WEBHOOKS } from "./resources.ts";
import { WEBHOOK_RULES } from "./rules.ts";
import {
  FIELD_OWNER,
  featureGateArgs,
  NAMESPACE,
  type Setting,
  START_TIMEOUT_MS,
  serverEnv,
} from "./setting.ts";
import {
  mutatingWebhookConfiguration,
  validatingWebhookConfiguration,
} from "./webhook-configuration.ts";

/** A webhook that answers. */
export interface RunningWebhook {
  readonly port: number;
  readonly process: SupervisedProcess;
  readonly restart: () => Promise<SupervisedProcess>;
}

async function startWebhook(setting: Setting): Promise<RunningWebhook> {
  const { controlPlane, program, featureGates, signal } = setting;
  const name = "cert-manager-webhook";
  const kubeconfig = await createIdentity(controlPlane, { name, rules: WEBHOOK_RULES, signal });
  const pair = await controlPlane.issueCertificate({
    subject: { commonName: name },
    usages: ["server auth"],
    ipAddresses: ["127.0.0.1"],
  });
  const files = await writeKeyFiles(join(controlPlane.dir, name), pair);
  const listener: Listener = {
    name,
    start: (port) =>
      controlPlane.startProcess({
        name,
        command: program,
        args: [
          "webhook",
          `--kubeconfig=${kubeconfig}`,
          `--secure-port=${port}`,
          `--tls-cert-file=${files.certificate}`,
          `--tls-private-key-file=${files.key}`,
          ...featureGateArgs(featureGates),
        ],
        env: serverEnv(controlPlane),
      }),
    ready: async (port, stop) => {
      const url = `https://127.0.0.1:${port}/healthz`;
      await poll(
        `${url} to answer`,
        async (attempt) =>
          (await httpsStatus(url, { ca: controlPlane.caPem }, attempt)) === 200 || undefined,
        { timeoutMs: START_TIMEOUT_MS, signal: stop, intervalMs: 50 },
      );
    },
  };
  const { port, process } = await startOnFreePort(listener, { signal });
  return { port, process, restart: () => startOnPort(listener, port) };
}

/** Starts the webhook and waits until the API server heeds it. */
export async function startConfiguredWebhook(setting: Setting): Promise<RunningWebhook> {
  const webhook = await startWebhook(setting);
  try {
    await configureWebhook(setting, webhook);
    return webhook;
  } catch (error) {
    await webhook.process.stop();
    throw error;
  }
}

/** Tells the API server of the webhook, and waits until it heeds it. */
async function configureWebhook(setting: Setting, { port }: RunningWebhook): Promise<void> {
  const { controlPlane, signal } = setting;
  const { client, caPem } = controlPlane;
  const server = { url: `https://127.0.0.1:${port}`, caPem };
  const call = { fieldOwner: FIELD_OWNER, signal };
  await client.apply(VALIDATING_WEBHOOKS, validatingWebhookConfiguration(server), call);
  await client.apply(MUTATING_WEBHOOKS, mutatingWebhookConfiguration(server), call);
  await poll(
    "cert-manager's webhook to refuse a Certificate without a name",
    async (attempt) => {
      const refusal = await dryRunCertificate(client, [], attempt);
      if (refusal?.includes("denied the request")) return true;
      throw new Error(refusal ?? "it was accepted");
    },
    { timeoutMs: START_TIMEOUT_MS, signal },
  );
}

/** A CRD can be established a moment before its objects are taken. */
export async function servesCertificates({ controlPlane, signal }: Setting): Promise<undefined> {
  await poll(
    "the API server to take Certificates",
    async (attempt) => {
      const refusal = await dryRunCertificate(controlPlane.client, ["dry-run.test"], attempt);
      if (refusal !== undefined) throw new Error(refusal);
      return true;
    },
    { timeoutMs: START_TIMEOUT_MS, signal },
  );
}

/** Why the API server would not take a Certificate with these names; undefined when it would. */
async function dryRunCertificate(
  client: Client,
  dnsNames: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const object = certificate({
    namespace: NAMESPACE,
    name: "dry-run",
    issuerRef: { name: "dry-run" },
    dnsNames,
  });
  try {
    await client.create(CERTIFICATES, object, { dryRun: true, signal });
    return undefined;
  } catch (error) {
    if (isApiError(error)) return error.message;
    throw error;
  }
}
