import { readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Connection } from "./connection.ts";
import { errorCodeOf } from "./error-code.ts";
import { type InClusterOptions, inClusterConnection } from "./in-cluster.ts";
import { connectionOf } from "./kubeconfig-connection.ts";
import { KubeconfigError } from "./kubeconfig-error.ts";
import { type Kubeconfig, mergeKubeconfigs, parseKubeconfig } from "./kubeconfig-file.ts";

export type { ClientCertificate, Connection, ExecPlugin, Identity } from "./connection.ts";
export { KubeconfigError } from "./kubeconfig-error.ts";

/** Settings of {@link loadKubeconfig}. */
export interface KubeconfigOptions {
  /** The file to use; nothing else is looked at. */
  readonly path?: string;
  /** @default the current context */
  readonly context?: string;
  /** @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** @default "/var/run/secrets/kubernetes.io/serviceaccount" */
  readonly inClusterDir?: string;
  readonly readFile?: (path: string) => Promise<string>;
}

/**
 * Finds the API server to speak to. The order is controller-runtime's: the path given, the files of
 * KUBECONFIG, the pod's service account, `~/.kube/config`.
 *
 * @throws KubeconfigError when there is none, which lists where it looked, or the one found cannot
 * be used.
 */
export async function loadKubeconfig(options: KubeconfigOptions = {}): Promise<Connection> {
  const { path, context, env = process.env, inClusterDir = SERVICE_ACCOUNT_DIR } = options;
  const read = options.readFile ?? ((file: string) => readFile(file, "utf8"));
  const lookedAt: string[] = [];

  const files = path === undefined ? splitList(env.KUBECONFIG) : [path];
  if (files.length > 0) {
    const configs = await readPresent(files, { read, lookedAt });
    if (configs.length === 0) throw notFound(lookedAt);
    return connectionOf(mergeKubeconfigs(configs), { context, readFile: read, env });
  }
  lookedAt.push("KUBECONFIG (not set)");

  const inCluster = await tryInCluster({ env, dir: inClusterDir, readFile: read }, lookedAt);
  if (inCluster !== undefined) return inCluster;

  const home = env.HOME ?? env.USERPROFILE;
  if (home === undefined) throw notFound([...lookedAt, "~/.kube/config (HOME is not set)"]);
  const configs = await readPresent([join(home, ".kube", "config")], { read, lookedAt });
  if (configs.length === 0) throw notFound(lookedAt);
  return connectionOf(mergeKubeconfigs(configs), { context, readFile: read, env });
}

const SERVICE_ACCOUNT_DIR = "/var/run/secrets/kubernetes.io/serviceaccount";

function splitList(paths: string | undefined): string[] {
  return (paths ?? "").split(delimiter).filter((path) => path !== "");
}

/** Reads the files that are there, as client-go: one of a list may be missing. */
async function readPresent(
  files: readonly string[],
  { read, lookedAt }: { read: (file: string) => Promise<string>; lookedAt: string[] },
): Promise<Kubeconfig[]> {
  const configs: Kubeconfig[] = [];
  for (const file of files) {
    try {
      configs.push(parseKubeconfig(file, await read(file)));
    } catch (cause) {
      if (cause instanceof KubeconfigError) throw cause;
      const code = errorCodeOf(cause);
      if (code !== "ENOENT") {
        throw new KubeconfigError(
          "ERR_KUBECONFIG_UNREADABLE",
          `Cannot read kubeconfig ${file}: ${code}`,
          { cause },
        );
      }
      lookedAt.push(`${file} (does not exist)`);
    }
  }
  return configs;
}

/** A pod without its service account's token may still have a kubeconfig: it is looked for next. */
async function tryInCluster(
  options: InClusterOptions,
  lookedAt: string[],
): Promise<Connection | undefined> {
  try {
    const connection = await inClusterConnection(options);
    if (connection === undefined) lookedAt.push("in-cluster (KUBERNETES_SERVICE_HOST is not set)");
    return connection;
  } catch (error) {
    lookedAt.push(
      `in-cluster (cannot read the token and CA in ${options.dir}: ${errorCodeOf(error)})`,
    );
    return undefined;
  }
}

function notFound(lookedAt: readonly string[]): KubeconfigError {
  return new KubeconfigError(
    "ERR_KUBECONFIG_NOT_FOUND",
    `Cannot find a Kubernetes API server to connect to. Looked at: ${lookedAt.join("; ")}`,
  );
}
