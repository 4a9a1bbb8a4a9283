import { writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { ServiceAccount } from "@countersign/issuer";
import { messageOf } from "@countersign/issuer/inspect";
import {
  type Client,
  type Connection,
  createClient,
  createTransport,
  isApiError,
  loadKubeconfig,
} from "@countersign/kube";
import {
  applyManifests,
  type ControllerHost,
  installController,
  type Supervisor,
  startSupervisor,
} from "@countersign/testing";
import { stringify } from "yaml";
import { failure, usageError } from "../cli-error.ts";
import { findCertManager } from "../cluster/cert-manager-account.ts";
import { FIELD_OWNER } from "./apply-file-objects.ts";
import type { DevCluster, IssuerSetup, RunningIssuer } from "./dev-cluster.ts";

/** Which cluster is meant, and what is allowed there. */
export interface CurrentClusterOptions {
  /** @default as kubectl finds it */
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  /** The issuer runs with the rights of whoever started it, not with those of its own account. */
  readonly hasUserRights: boolean;
  /** Whether to install there: told which cluster it is. */
  readonly confirm: (cluster: string) => Promise<boolean>;
  readonly signal: AbortSignal;
}

/**
 * Connects to a cluster that somebody else runs. What is installed there stays when this ends.
 *
 * @throws CliError where there is none, it does not answer, it has no cert-manager, or nobody agreed.
 */
export async function connectCurrentCluster(options: CurrentClusterOptions): Promise<DevCluster> {
  const { signal } = options;
  const connection = await connectionOf(options);
  const transport = createTransport(connection, { userAgent: FIELD_OWNER });
  const client = createClient(transport);
  const cluster = nameOf(connection, options);
  try {
    await requireCertManager(client, { cluster, signal });
    if (!(await options.confirm(cluster))) {
      throw usageError(
        `Cannot install in ${cluster} without your word: add --yes, or leave --kubeconfig, --context and --current-context out for a control plane of your own`,
      );
    }
    const { account: certManager } = await findCertManager(client, { signal });
    const supervisor = await startSupervisor({ signal });
    const setting = { ...options, client, connection, supervisor, cluster, certManager };
    return clusterOf(setting, () => transport.close());
  } catch (error) {
    await transport.close();
    throw error;
  }
}

interface Setting extends CurrentClusterOptions {
  readonly client: Client;
  readonly connection: Connection;
  readonly supervisor: Supervisor;
  readonly certManager: ServiceAccount;
  /** For messages. */
  readonly cluster: string;
}

function clusterOf(setting: Setting, close: () => Promise<void>): DevCluster {
  const { client, supervisor, cluster, certManager, hasUserRights, signal } = setting;
  const owner = { fieldOwner: FIELD_OWNER, signal };
  return {
    client,
    failed: supervisor.lost,
    certManager,
    hint: [
      `The issuer runs here, for ${cluster}, until Ctrl-C. Its CustomResourceDefinitions and rights stay there.`,
    ],
    installManifests: (manifests) => applyManifests(client, manifests, owner),
    startIssuer: (issuer) =>
      hasUserRights ? startAsUser(setting, issuer) : startAsAccount(setting, issuer),
    [Symbol.asyncDispose]: async () => {
      await supervisor.stop();
      await close();
    },
  };
}

/** With a token of the account that the manifests make: what they do not grant, it may not do. */
async function startAsAccount(setting: Setting, issuer: IssuerSetup): Promise<RunningIssuer> {
  const { client, supervisor, connection, signal } = setting;
  const { name, ...program } = issuer;
  const host: ControllerHost = {
    client,
    dir: supervisor.dir,
    failed: supervisor.lost,
    startProcess: (options) => supervisor.startProcess(options),
    writeKubeconfig: async (file, user) => {
      const path = join(supervisor.dir, `${file}.kubeconfig`);
      await writeFile(path, kubeconfigOf(connection, user), { mode: 0o600 });
      return path;
    },
  };
  try {
    return await installController(host, {
      ...program,
      name: "issuer",
      serviceAccount: { namespace: name, name },
      fieldOwner: FIELD_OWNER,
      signal,
    });
  } catch (cause) {
    if (!isApiError(cause, "Forbidden")) throw cause;
    throw failure(
      `Cannot run the issuer as ${name}/${name} in ${setting.cluster}: ${messageOf(cause)}. Ask for that right, or add --user-rights to run it with your own`,
      { cause },
    );
  }
}

const GRACE_MS = 5_000;

async function startAsUser(setting: Setting, issuer: IssuerSetup): Promise<RunningIssuer> {
  const { client, supervisor, signal } = setting;
  const { manifests, command, args, env } = issuer;
  await applyManifests(client, manifests, { fieldOwner: FIELD_OWNER, signal });
  const KUBECONFIG = await userKubeconfig(setting);
  const start = () =>
    supervisor.startProcess({
      name: "issuer",
      command,
      args,
      env: { HEALTH_PROBE_BIND_ADDRESS: "127.0.0.1:0", ...env, KUBECONFIG },
      graceMs: GRACE_MS,
    });
  let running = await start();
  return {
    get process() {
      return running;
    },
    restart: async () => {
      await running.stop();
      running = await start();
      return running;
    },
  };
}

/** The files that were asked for; before them one that chooses the context, as the first to say so wins. */
async function userKubeconfig({ kubeconfig, context, supervisor }: Setting): Promise<string> {
  const { KUBECONFIG, HOME = "" } = process.env;
  const files = kubeconfig ?? (KUBECONFIG || join(HOME, ".kube", "config"));
  if (context === undefined) return files;
  const path = join(supervisor.dir, "context.kubeconfig");
  const chosen = { apiVersion: "v1", kind: "Config", "current-context": context };
  await writeFile(path, stringify(chosen), { mode: 0o600 });
  return [path, files].join(delimiter);
}

async function connectionOf({ kubeconfig, context }: CurrentClusterOptions): Promise<Connection> {
  try {
    return await loadKubeconfig({
      ...(kubeconfig === undefined ? {} : { path: kubeconfig }),
      ...(context === undefined ? {} : { context }),
    });
  } catch (cause) {
    throw failure(`${messageOf(cause)}. Give --kubeconfig the file of a cluster`, { cause });
  }
}

function nameOf({ server }: Connection, { context }: CurrentClusterOptions): string {
  return context === undefined ? server : `${server} (context ${context})`;
}

async function requireCertManager(
  client: Client,
  { cluster, signal }: { cluster: string; signal: AbortSignal },
): Promise<void> {
  try {
    await client.getPath("/apis/cert-manager.io/v1", { signal });
  } catch (cause) {
    signal.throwIfAborted();
    if (!isApiError(cause, "NotFound")) {
      throw failure(
        `Cannot reach ${cluster}: ${messageOf(cause)}. See that the cluster runs, and --kubeconfig and --context`,
        { cause },
      );
    }
    throw failure(
      `Cannot develop an issuer in ${cluster}: it has no cert-manager, install it first: https://cert-manager.io/docs/installation/`,
      { cause },
    );
  }
}

/** The connection's cluster with another user in it. JSON is YAML too. */
function kubeconfigOf(connection: Connection, user: object): string {
  const { server, caPem, insecureSkipTlsVerify, tlsServerName, proxyUrl } = connection;
  const name = FIELD_OWNER;
  const cluster = {
    server,
    ...(caPem === undefined
      ? {}
      : { "certificate-authority-data": Buffer.from(caPem).toString("base64") }),
    ...(insecureSkipTlsVerify ? { "insecure-skip-tls-verify": true } : {}),
    ...(tlsServerName === undefined ? {} : { "tls-server-name": tlsServerName }),
    ...(proxyUrl === undefined ? {} : { "proxy-url": proxyUrl }),
  };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  });
}
