import type { Connection } from "./connection.ts";

/** Where a pod finds what it needs to speak to its API server. */
export interface InClusterOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly dir: string;
  readonly readFile: (path: string) => Promise<string>;
}

/**
 * The connection of a pod's service account; undefined outside of a cluster. client-go's
 * InClusterConfig.
 *
 * @throws what `readFile` throws for the token and the CA: the service account may not be mounted.
 */
export async function inClusterConnection(
  options: InClusterOptions,
): Promise<Connection | undefined> {
  const { env, dir, readFile } = options;
  const host = env.KUBERNETES_SERVICE_HOST;
  const port = env.KUBERNETES_SERVICE_PORT;
  if (!host || !port) return undefined;
  const tokenPath = `${dir}/token`;
  await readFile(tokenPath);
  const caPath = `${dir}/ca.crt`;
  const caPem = await readFile(caPath);
  const namespace = await readOptional(`${dir}/namespace`, readFile);
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    caPem,
    tlsFiles: { ca: caPath },
    insecureSkipTlsVerify: false,
    ...(namespace === undefined ? {} : { namespace }),
    identity: { type: "tokenFile", path: tokenPath },
  };
}

async function readOptional(
  path: string,
  readFile: InClusterOptions["readFile"],
): Promise<string | undefined> {
  try {
    return (await readFile(path)).trim();
  } catch {
    return undefined;
  }
}
