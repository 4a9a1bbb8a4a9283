import { join } from "node:path";
import { type Client, defineResource } from "@countersign/kube";
import {
  type ControlPlane,
  type InstalledController,
  installController,
  SECRETS,
  type SupervisedProcess,
  secret,
} from "@countersign/testing";
import { ROOT } from "../../tools/command.ts";
import { printedManifests } from "./printed-manifests.ts";
import type { ConditionedObject } from "./wait.ts";

/** An issuer before a CA with an HTTP API. */
export interface AcmeIssuer extends ConditionedObject {
  readonly spec: object;
}

export const ACME_GROUP = "acme.example.com";

/** The smallest issuer's namespaced kind. */
export const ACME_ISSUERS = defineResource<AcmeIssuer>({
  group: ACME_GROUP,
  version: "v1alpha1",
  kind: "AcmeIssuer",
  plural: "acmeissuers",
  namespaced: true,
});

/** The smallest issuer: whatever goes wrong is tried again. */
const MINIMAL = "examples/minimal/issuer.ts";

const CONDITION = "--conditions=@countersign/source";

/** How to run an AcmeIssuer's program. */
export interface AcmeOptions {
  readonly secretNamespaces: readonly string[];
  /** @default the README's */
  readonly program?: string;
  /** Of node, before the program. */
  readonly nodeArgs?: readonly string[];
  /** Of the program. */
  readonly args?: readonly string[];
  /** Of the program's manifests, beside its account and namespaces. */
  readonly manifestArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where it reaches the API server. @default the control plane's */
  readonly url?: string;
}

/** Starts the program of an AcmeIssuer as a process of its own, with the rights that it prints. */
export async function serveAcme(
  controlPlane: ControlPlane,
  options: AcmeOptions,
): Promise<InstalledController> {
  const { secretNamespaces, program = MINIMAL, nodeArgs = [], env, url } = options;
  const { args = [], manifestArgs = [] } = options;
  const serviceAccount = { namespace: "acme", name: "acme" };
  return installController(controlPlane, {
    name: "acme",
    manifests: await printedManifests(program, [
      "--service-account=acme/acme",
      `--secret-namespaces=${secretNamespaces.join(",")}`,
      ...manifestArgs,
    ]),
    serviceAccount,
    command: process.execPath,
    args: [CONDITION, ...nodeArgs, join(ROOT, program), ...args],
    ...(env === undefined ? {} : { env }),
    ...(url === undefined ? {} : { url }),
  });
}

/** Starts another replica of the README's issuer, with the first one's identity. */
export async function replicateAcme(
  controlPlane: ControlPlane,
  original: InstalledController,
  options: { name: string; args: readonly string[] },
): Promise<SupervisedProcess> {
  return controlPlane.startProcess({
    name: options.name,
    command: process.execPath,
    args: [CONDITION, join(ROOT, MINIMAL), ...options.args],
    env: {
      PATH: process.env.PATH,
      KUBECONFIG: original.identity.kubeconfigPath,
      HEALTH_PROBE_BIND_ADDRESS: "127.0.0.1:0",
    },
    graceMs: 5_000,
  });
}

/** Creates an issuer whose CA is at an URL, and the Secret with its token. */
export async function createAcmeIssuer(
  client: Client,
  issuer: { namespace: string; name: string; url: string; token: string },
): Promise<void> {
  const { namespace, name, url, token } = issuer;
  const authSecretName = acmeSecretName(name);
  await client.create(SECRETS, secret({ namespace, name: authSecretName }, { token }));
  await client.create(ACME_ISSUERS, {
    metadata: { namespace, name },
    spec: { url, authSecretName },
  });
}

/** The Secret with an issuer's token. */
export function acmeSecretName(issuer: string): string {
  return `${issuer}-token`;
}
