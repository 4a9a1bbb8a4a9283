/** Gives a process the identity of a service account: a bound token in a file, as a pod has it. */
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ControllerHost } from "./control-plane.ts";
import { NAMESPACES, SERVICE_ACCOUNTS, type TokenRequest } from "./resources.ts";

/** Settings of {@link createServiceAccountKubeconfig}. */
export interface ServiceAccountOptions {
  readonly namespace: string;
  readonly name: string;
  /** How long a token is good for; the API server takes no less than 600. @default 3600 */
  readonly expirationSeconds?: number;
  /** Where it reaches the API server: the `url` of `startFaultProxy()`. @default the control plane's */
  readonly url?: string | undefined;
  /** @default "countersign-testing" */
  readonly fieldOwner?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A service account's kubeconfig and the token file that it names. */
export interface ServiceAccountKubeconfig extends Disposable {
  readonly kubeconfigPath: string;
  readonly tokenPath: string;
  /** `system:serviceaccount:<namespace>:<name>`. */
  readonly userName: string;
  /** When the token in the file ends. */
  readonly expiresAt: Date;
  /** Puts a new token into the file, as the kubelet does. The old one stays good until it ends. */
  refreshToken(): Promise<void>;
}

const FIELD_OWNER = "countersign-testing";

/** The kubelet renews at this part of a token's life. */
const RENEW_AT = 0.8;

/**
 * Writes a kubeconfig for a service account, with a real token from the TokenRequest API in a file
 * of its own. The namespace and the account are made if they are not there; rights are not.
 *
 * The file gets a new token at 80 % of each one's life, until the control plane fails or this is
 * disposed. The timer does not keep the process running.
 */
export async function createServiceAccountKubeconfig(
  controlPlane: ControllerHost,
  options: ServiceAccountOptions,
): Promise<ServiceAccountKubeconfig> {
  const { namespace, name, expirationSeconds = 3600, url, signal } = options;
  const { client, dir } = controlPlane;
  const owner = { fieldOwner: options.fieldOwner ?? FIELD_OWNER, signal };
  await client.apply(NAMESPACES, { metadata: { name: namespace } }, owner);
  await client.apply(SERVICE_ACCOUNTS, { metadata: { namespace, name } }, owner);

  const tokenPath = join(dir, `${namespace}.${name}.token`);
  const request = async (): Promise<Date> => {
    const answer = await client.createSubresource(
      SERVICE_ACCOUNTS,
      { namespace, name, subresource: "token" },
      {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        spec: { expirationSeconds },
      },
      { signal },
    );
    const { status } = answer as TokenRequest;
    await replaceFile(tokenPath, status.token);
    return new Date(status.expirationTimestamp);
  };
  let expiresAt = await request();
  const refreshToken = async () => {
    expiresAt = await request();
  };
  const timer = setInterval(
    // The next turn tries again; a token that ends meanwhile shows as 401s, as it would in a pod.
    () => void refreshToken().catch(() => {}),
    expirationSeconds * RENEW_AT * 1000,
  );
  timer.unref();
  const stop = () => clearInterval(timer);
  controlPlane.failed.addEventListener("abort", stop, { once: true });
  return {
    kubeconfigPath: await controlPlane.writeKubeconfig(
      `${namespace}.${name}`,
      { tokenFile: tokenPath },
      url,
    ),
    tokenPath,
    userName: `system:serviceaccount:${namespace}:${name}`,
    get expiresAt() {
      return expiresAt;
    },
    refreshToken,
    [Symbol.dispose]: stop,
  };
}

/** A reader never meets half a token. */
async function replaceFile(path: string, text: string): Promise<void> {
  const beside = `${path}.new`;
  await writeFile(beside, text, { mode: 0o600 });
  await rename(beside, path);
}
