import { readFile } from "node:fs/promises";
import { createClient, createTransport, loadKubeconfig } from "@countersign/kube";
import { CommanderError } from "commander";
import { pino } from "pino";
import { stringify } from "yaml";
import { type ControllerFlags, commandLine, type ManifestFlags } from "./command-line.ts";
import type { IssuerDefinition } from "./define-issuer.ts";
import { manifestsOf } from "./manifests.ts";
import { messageOf } from "./outcome.ts";
import { runIssuers } from "./run-issuers.ts";

/** Settings of a program made by {@link run}. */
export interface RunOptions {
  /** The program's name: in its help, and of the RBAC objects it prints. @default its group's first word */
  readonly name?: string;
  /** @default process.argv */
  readonly argv?: readonly string[];
}

/** Where Kubernetes tells a pod its own namespace. */
const POD_NAMESPACE_FILE = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

/**
 * Runs the program of an issuer controller: reads its flags, then serves the issuer types until
 * SIGTERM or SIGINT; `manifests` prints CRDs and RBAC instead.
 *
 * Never ends the process: it sets `process.exitCode` to 2 for wrong flags and to 1 where it cannot
 * go on, with the reason on stderr.
 */
export async function run(
  definitions: IssuerDefinition | readonly IssuerDefinition[],
  options: RunOptions = {},
): Promise<void> {
  const all = [definitions].flat();
  const name = options.name ?? all[0]?.group.split(".")[0] ?? "issuers";
  const program = commandLine(name, {
    runController: (flags) => runController(all, flags),
    printManifests: (flags) => printManifests(all, flags),
  });
  try {
    await program.exitOverride().parseAsync(options.argv ?? process.argv);
  } catch (error) {
    const isUsage = error instanceof CommanderError;
    if (!isUsage) process.stderr.write(`${name}: ${messageOf(error)}\n`);
    process.exitCode = isUsage ? (error.exitCode === 0 ? 0 : 2) : 1;
  }
}

async function runController(
  definitions: readonly IssuerDefinition[],
  flags: ControllerFlags,
): Promise<void> {
  const logger = pino({ level: flags.logLevel });
  const { kubeconfig } = flags;
  const connection = await loadKubeconfig(kubeconfig === undefined ? {} : { path: kubeconfig });
  const transport = createTransport(connection);
  const namespace = flags.clusterResourceNamespace ?? (await podNamespace());
  const stop = stopOnSignals(logger);
  try {
    await runIssuers({
      definitions,
      client: createClient(transport),
      logger,
      signal: stop,
      retryBudgetMs: flags.maxRetryDuration,
      maxPendingMs: flags.maxPendingDuration,
      namespaces: flags.namespaces,
      certificateRequests: flags.certificateRequests,
      certificateSigningRequests: flags.certificateSigningRequests,
      maxConcurrentRequests: flags.maxConcurrentRequests,
      signUnapproved: flags.featureGates.has("LegacyUnapprovedRequests"),
      onStarted: () => logger.info({ server: connection.server }, "Serving issuers"),
      ...(namespace === undefined ? {} : { clusterResourceNamespace: namespace }),
    });
  } finally {
    await transport.close();
  }
  logger.info({}, "Stopped");
}

function printManifests(definitions: readonly IssuerDefinition[], flags: ManifestFlags): void {
  const { crds, rbac } = manifestsOf(definitions, {
    ...flags,
    certManager: flags.certManagerServiceAccount,
  });
  const isAll = !flags.crds && !flags.rbac;
  const objects = [...(flags.crds || isAll ? crds : []), ...(flags.rbac || isAll ? rbac : [])];
  process.stdout.write(objects.map((each) => `---\n${stringify(each)}`).join(""));
}

/** Undefined outside a pod. */
async function podNamespace(): Promise<string | undefined> {
  try {
    return (await readFile(POD_NAMESPACE_FILE, "utf8")).trim();
  } catch {
    return undefined;
  }
}

/** Aborts at the first SIGTERM or SIGINT; a second one ends the process as if we had no handler. */
function stopOnSignals(logger: { info(fields: object, message: string): void }): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) {
    process.once(name, () => {
      logger.info({ signal: name }, "Stopping: work under way may end");
      controller.abort();
    });
  }
  return controller.signal;
}
