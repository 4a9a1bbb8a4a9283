/** Starts etcd and kube-apiserver on loopback. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { poll } from "../poll.ts";
import { type Progress, withProgress } from "../progress.ts";
import { type FindOptions, findServers, type Servers } from "../servers/find-servers.ts";
import {
  type SupervisedProcess,
  type Supervisor,
  startSupervisor,
} from "../supervisor/supervisor.ts";
import { type Authority, createAuthority, type KeyAndCertificate } from "./authority.ts";
import { type ControlPlane, createControlPlane } from "./control-plane.ts";
import { httpsStatus } from "./https-status.ts";
import { formatKubeconfig } from "./kubeconfig.ts";
import {
  AUDIT_POLICY,
  apiServerArgs,
  auditLogPath,
  auditPolicyPath,
  etcdArgs,
  type ServerPlace,
} from "./server-args.ts";
import { writeServerFiles } from "./server-files.ts";
import { type Listener, startOnFreePort, startOnPort } from "./start-on-free-port.ts";

/** Settings of {@link startControlPlane}. */
export interface ControlPlaneOptions extends FindOptions {
  /** Hears of every step that can take seconds. */
  readonly progress?: Progress | undefined;
  /** Ends the start. A control plane that has started is ended with `stop()`. */
  readonly signal?: AbortSignal | undefined;
  /** More arguments of kube-apiserver; one given here wins. */
  readonly apiServerArgs?: readonly string[];
  /** Whether kube-apiserver logs every call. @default false */
  readonly audit?: boolean;
  /** How long each server may take to answer. @default 120_000 */
  readonly startTimeoutMs?: number;
  /** Chooses ports: for tests of what happens when one is taken. */
  readonly choosePort?: () => Promise<number>;
}

const START_TIMEOUT_MS = 120_000;

/**
 * Starts a real API server: etcd and kube-apiserver with RBAC, without nodes, a scheduler or
 * controllers.
 *
 * Guarantees: everything listens on 127.0.0.1 alone, on ports that were free. When this process
 * ends, however it ends, so do the servers, and their folder goes. A start that fails or is aborted
 * leaves nothing behind. Control planes side by side do not meet.
 *
 * Caveats: as nothing runs kube-controller-manager, a deleted namespace stays in Terminating, owned
 * objects are not collected, and a namespace has no account `default`. Linux and macOS only.
 *
 * @throws TestingError `ERR_SERVERS_NOT_FOUND` or `ERR_SERVER_BUILD` as {@link findServers} does;
 * `ERR_PROCESS_START` with the last lines of a server's log.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const { progress, signal } = options;
  const servers = await findServers(options);
  return withProgress("start etcd and kube-apiserver", () => start(servers, options), {
    progress,
  }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
}

async function start(servers: Servers, options: ControlPlaneOptions): Promise<ControlPlane> {
  const supervisor = await startSupervisor({ signal: options.signal });
  try {
    return await startServers(servers, { ...options, supervisor });
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
}

async function startServers(
  servers: Servers,
  options: ControlPlaneOptions & { supervisor: Supervisor },
): Promise<ControlPlane> {
  const { supervisor, signal, audit = false, choosePort: choose } = options;
  const { dir } = supervisor;
  const authority = await createAuthority(new Date());
  const admin = await authority.issue({
    subject: { commonName: "countersign-testing-admin", organization: "system:masters" },
    usages: ["client auth"],
  });
  const place = { dir, files: await writeServerFiles(dir, authority) };
  if (audit) await writeFile(auditPolicyPath(dir), AUDIT_POLICY);

  const setting: Setting = { ...options, servers, place, authority, admin, audit };
  const portOptions = { signal, ...(choose && { choose }) };
  const etcd = await startOnFreePort(etcdListener(setting), portOptions);
  const listener = apiServerListener(setting, etcd.port);
  const apiServer = await startOnFreePort(listener, portOptions);

  const url = urlOf(apiServer.port);
  const kubeconfigPath = join(dir, "admin.kubeconfig");
  const kubeconfig = formatKubeconfig({ url, caPem: authority.caPem }, admin);
  await writeFile(kubeconfigPath, kubeconfig, { mode: 0o600 });
  return createControlPlane({
    supervisor,
    authority,
    url,
    etcdUrl: urlOf(etcd.port),
    kubeconfigPath,
    auditLogPath: audit ? auditLogPath(dir) : undefined,
    etcd: etcd.process,
    apiServer: apiServer.process,
    startApiServer: (restartSignal) => startOnPort(listener, apiServer.port, restartSignal),
  });
}

/** All that starting a server needs. */
interface Setting extends ControlPlaneOptions {
  readonly supervisor: Supervisor;
  readonly servers: Servers;
  readonly place: ServerPlace;
  readonly authority: Authority;
  readonly admin: KeyAndCertificate;
  readonly audit: boolean;
}

function etcdListener(setting: Setting): Listener {
  const { place, servers, authority, admin } = setting;
  return {
    name: "etcd",
    start: (port) => startServer("etcd", setting, [servers.etcd, ...etcdArgs(place, port)]),
    ready: (port, signal) =>
      awaitAnswer(`${urlOf(port)}/health`, {
        ...setting,
        signal,
        ca: authority.caPem,
        ...tls(admin),
      }),
  };
}

function apiServerListener(setting: Setting, etcdPort: number): Listener {
  const { place, servers, authority, admin, audit, apiServerArgs: extra = [] } = setting;
  return {
    name: "kube-apiserver",
    start: (port) =>
      startServer("kube-apiserver", setting, [
        servers.kubeApiServer,
        ...apiServerArgs(place, { port, etcdPort, audit, extra }),
      ]),
    ready: (port, signal) =>
      awaitAnswer(`${urlOf(port)}/readyz`, {
        ...setting,
        signal,
        ca: authority.caPem,
        ...tls(admin),
      }),
  };
}

/** Not this process's environment: etcd takes any ETCD_ variable for a setting. */
function startServer(
  name: string,
  { supervisor }: Setting,
  [command, ...args]: [string, ...string[]],
): Promise<SupervisedProcess> {
  const { dir } = supervisor;
  return supervisor.startProcess({
    name,
    command,
    args,
    cwd: dir,
    env: { HOME: dir, TMPDIR: dir },
  });
}

function tls({ certificatePem, keyPem }: KeyAndCertificate): { cert: string; key: string } {
  return { cert: certificatePem, key: keyPem };
}

async function awaitAnswer(
  url: string,
  options: { ca: string; cert: string; key: string; signal: AbortSignal; startTimeoutMs?: number },
): Promise<void> {
  const { ca, cert, key, signal, startTimeoutMs: timeoutMs = START_TIMEOUT_MS } = options;
  await poll(
    `${url} to answer`,
    async (attempt) => {
      const status = await httpsStatus(url, { ca, cert, key }, attempt);
      if (status !== 200) throw new Error(`it answers ${status}`);
      return true;
    },
    { timeoutMs, signal, intervalMs: 50 },
  );
}

function urlOf(port: number): string {
  return `https://127.0.0.1:${port}`;
}
