import { join } from "node:path";
import { type Client, defineResource, type KubeObject } from "@countersign/kube";
import {
  type ControlPlane,
  type InstalledController,
  installController,
  SECRETS,
  secret,
} from "@countersign/testing";
import { ROOT } from "../../tools/command.ts";
import { printedManifests } from "./printed-manifests.ts";
import type { ConditionedObject } from "./wait.ts";

export const ACME_GROUP = "acme.example.com";

/** The smallest issuer's namespaced kind. */
export const ACME_ISSUERS = defineResource<ConditionedObject & KubeObject & { spec: object }>({
  group: ACME_GROUP,
  version: "v1alpha1",
  kind: "AcmeIssuer",
  plural: "acmeissuers",
  namespaced: true,
});

const PROGRAM = "examples/minimal/issuer.ts";

/** Starts the README's issuer as a process of its own, with the rights that it prints. */
export async function serveAcme(
  controlPlane: ControlPlane,
  options: { secretNamespaces: readonly string[] },
): Promise<InstalledController> {
  const serviceAccount = { namespace: "acme", name: "acme" };
  return installController(controlPlane, {
    name: "acme",
    manifests: await printedManifests(PROGRAM, [
      "--service-account=acme/acme",
      `--secret-namespaces=${options.secretNamespaces.join(",")}`,
    ]),
    serviceAccount,
    command: process.execPath,
    args: ["--conditions=@countersign/source", join(ROOT, PROGRAM)],
  });
}

/** Creates an issuer whose CA is at an URL, and the Secret with its token. */
export async function createAcmeIssuer(
  client: Client,
  issuer: { namespace: string; name: string; url: string; token: string },
): Promise<void> {
  const { namespace, name, url, token } = issuer;
  const authSecretName = `${name}-token`;
  await client.create(SECRETS, secret({ namespace, name: authSecretName }, { token }));
  await client.create(ACME_ISSUERS, {
    metadata: { namespace, name },
    spec: { url, authSecretName },
  });
}
