import { readFile } from "node:fs/promises";
import {
  type Connection,
  createClient,
  createMetrics,
  createTransport,
  fenceTransport,
  type Logger,
  loadKubeconfig,
  type Metrics,
  parseBindAddress,
  stopOnSignals,
} from "@countersign/kube";
import { CommanderError } from "commander";
import { pino } from "pino";
import { stringify } from "yaml";
import { type ControllerFlags, commandLine, type ManifestFlags } from "./command-line.ts";
import { type IssuerDefinition, kindsOf } from "./define-issuer.ts";
import { readValuesFile } from "./deploy/chosen-values.ts";
import { manifestFiles } from "./deploy/files.ts";
import { checkManifestFolder, updateManifestFolder } from "./deploy/manifest-folder.ts";
import { rangesOf } from "./divided-issuer.ts";
import { createElection, type ElectionOptions } from "./election.ts";
import { refuseWhileLoading } from "./loading-guard.ts";
import { createLogStream } from "./log-stream.ts";
import { manifestsOf } from "./manifests.ts";
import { messageOf } from "./outcome.ts";
import { runIssuers } from "./run-issuers.ts";
import { createSharding } from "./sharding.ts";

/** Settings of a program made by {@link run}. */
export interface RunOptions {
  /** The program's name: in its help, and of the RBAC objects it prints. @default its group's first word */
  readonly name?: string;
  /** @default process.argv */
  readonly argv?: readonly string[];
}

/** Where a kubelet looks, as kubebuilder's Deployments have it. Outside a pod nobody does. */
const POD_PROBES = ":8081";

/** Where Kubernetes tells a pod its own namespace. */
const POD_NAMESPACE_FILE = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

const LAST_MOMENT_MS = 1_000;

/**
 * Runs the program of an issuer controller: reads its flags, then serves the issuer types until
 * SIGTERM or SIGINT; `manifests` prints CRDs and RBAC instead, or writes all of an installation.
 *
 * Sets `process.exitCode` to 2 for wrong flags and to 1 where it cannot go on, with the reason on
 * stderr. It ends the process only after a failure, if something that was left running, such as a call
 * that ignores its signal, keeps the process alive for a second more.
 *
 * @throws Error where a tool loads the module for its definition: call it `if (import.meta.main)`.
 */
export async function run(
  definitions: IssuerDefinition | readonly IssuerDefinition[],
  options: RunOptions = {},
): Promise<void> {
  refuseWhileLoading();
  const all = [definitions].flat();
  const name = options.name ?? all[0]?.group.split(".")[0] ?? "issuers";
  const program = commandLine(name, {
    runController: (flags) => runController(all, flags),
    printManifests: (flags) =>
      flags.out === undefined
        ? printManifests(all, flags)
        : writeManifests(all, { ...flags, name, folder: flags.out }),
  });
  try {
    await program.exitOverride().parseAsync(options.argv ?? process.argv);
  } catch (error) {
    const isUsage = error instanceof CommanderError;
    if (!isUsage) process.stderr.write(`${name}: ${messageOf(error)}\n`);
    process.exitCode = isUsage ? (error.exitCode === 0 ? 0 : 2) : 1;
    if (!isUsage) setTimeout(() => process.exit(), LAST_MOMENT_MS).unref();
  }
}

async function runController(
  definitions: readonly IssuerDefinition[],
  flags: ControllerFlags,
): Promise<void> {
  const logger = pino({ level: flags.logLevel }, createLogStream(process.stdout.fd));
  const { kubeconfig } = flags;
  const connection = await loadKubeconfig(kubeconfig === undefined ? {} : { path: kubeconfig });
  const stop = stopOnSignals((signal) => {
    logger.info({ signal }, "Stopping: work under way may end");
  });
  const metrics = createMetrics();
  const leases = await leasesOf(definitions, flags, { connection, logger, metrics });
  const election = flags.leaderElect ? createElection(leases) : undefined;
  const ranges = rangesOf(flags.shardRequestsOf, kindsOf(definitions));
  const shards = flags.sharded ? createSharding({ ...leases, ranges }) : undefined;
  const transport = createTransport(connection, { metrics });
  const fence = (shards?.member ?? election?.elector)?.fence;
  const ofPod = await podNamespace();
  const namespace = flags.clusterResourceNamespace ?? ofPod;
  const probes = flags.healthProbeBindAddress ?? (ofPod === undefined ? "0" : POD_PROBES);
  try {
    await runIssuers({
      definitions,
      client: createClient(fence === undefined ? transport : fenceTransport(transport, fence)),
      logger,
      signal: stop,
      retryBudgetMs: flags.maxRetryDuration,
      maxPendingMs: flags.maxPendingDuration,
      namespaces: flags.namespaces,
      certificateRequests: flags.certificateRequests,
      certificateSigningRequests: flags.certificateSigningRequests,
      maxConcurrentRequests: flags.maxConcurrentRequests,
      maxConcurrentRequestsPerIssuer: flags.maxConcurrentRequestsPerIssuer,
      signUnapproved: flags.featureGates.has("LegacyUnapprovedRequests"),
      gracePeriodMs: flags.gracefulShutdownTimeout,
      healthProbeAddress: parseBindAddress(probes),
      metrics,
      metricsAddress: parseBindAddress(flags.metricsBindAddress),
      onStarted: () => logger.info({ server: connection.server }, "Serving issuers"),
      ...(election === undefined ? {} : { elector: election.elector }),
      ...(shards === undefined ? {} : { shards }),
      ...(namespace === undefined ? {} : { clusterResourceNamespace: namespace }),
    });
  } finally {
    const own = shards?.transport ?? election?.transport;
    await Promise.all([transport.close(), own?.close()]);
  }
  logger.info({}, "Stopped");
}

/** Where the leases of replicas are, and how they are kept. */
async function leasesOf(
  definitions: readonly IssuerDefinition[],
  flags: ControllerFlags,
  shared: { connection: Connection; logger: Logger; metrics: Metrics },
): Promise<ElectionOptions> {
  return {
    ...shared,
    namespace: flags.leaderElectionNamespace ?? (await podNamespace()),
    name: flags.leaderElectionId ?? leaseNameOf(definitions),
    times: {
      leaseDurationMs: flags.leaderElectionLeaseDuration,
      renewDeadlineMs: flags.leaderElectionRenewDeadline,
      retryPeriodMs: flags.leaderElectionRetryPeriod,
    },
  };
}

function printManifests(definitions: readonly IssuerDefinition[], flags: ManifestFlags): void {
  const { leaderElectionId: name = leaseNameOf(definitions), leaderElectionNamespace } = flags;
  const namespace = leaderElectionNamespace ?? flags.serviceAccount.namespace;
  const { crds, rbac } = manifestsOf(definitions, {
    ...flags,
    ...(flags.leaderElect ? { lease: { namespace, name } } : {}),
    ...(flags.sharded ? { shards: { namespace } } : {}),
    certManager: flags.certManagerServiceAccount,
  });
  const isAll = !flags.crds && !flags.rbac;
  const objects = [...(flags.crds || isAll ? crds : []), ...(flags.rbac || isAll ? rbac : [])];
  process.stdout.write(objects.map((each) => `---\n${stringify(each)}`).join(""));
}

async function writeManifests(
  definitions: readonly IssuerDefinition[],
  flags: ManifestFlags & { name: string; folder: string },
): Promise<void> {
  const { folder, check, serviceAccount } = flags;
  const values = flags.values === undefined ? {} : await readValuesFile(flags.values);
  const files = manifestFiles(definitions, {
    name: flags.name,
    namespace: serviceAccount.namespace,
    values,
    ...(flags.image === undefined ? {} : { image: flags.image }),
    ...(flags.installVersion === undefined ? {} : { version: flags.installVersion }),
  });
  if (check) return checkManifestFolder(folder, files);
  const breaks = await updateManifestFolder(folder, files);
  if (breaks !== "") process.stderr.write(`${breaks}\n`);
}

/** Undefined outside a pod. */
async function podNamespace(): Promise<string | undefined> {
  try {
    return (await readFile(POD_NAMESPACE_FILE, "utf8")).trim();
  } catch {
    return undefined;
  }
}

/** Whoever serves the same group must not work beside us. */
function leaseNameOf(definitions: readonly IssuerDefinition[]): string {
  return definitions[0]?.group ?? "";
}
