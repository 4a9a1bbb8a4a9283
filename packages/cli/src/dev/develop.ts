import type { ServiceAccount } from "@countersign/issuer";
import { usageError } from "../cli-error.ts";
import type { Report } from "../program.ts";
import { AppliedObjects } from "./applied-objects.ts";
import { AuthorProgram } from "./author-program.ts";
import { type DevCluster, USUAL_CERT_MANAGER } from "./dev-cluster.ts";
import type { Display } from "./dev-event.ts";
import type { DevSettings } from "./dev-settings.ts";
import { type DevWork, orderOf } from "./dev-work.ts";
import { followSaves } from "./follow-saves.ts";
import { FollowedIssuers } from "./followed-issuers.ts";
import type { LiveView } from "./live-display.ts";
import { loadModule } from "./load-module.ts";
import type { LoadOrder, ModuleReport } from "./module-report.ts";
import { rowOf } from "./object-row.ts";
import { runOnce } from "./run-once.ts";
import { watchFiles } from "./watch-files.ts";

/** What the work is done with. */
export interface DevelopOptions {
  readonly openDisplay: (view: LiveView) => Display;
  /** Starts a cluster, or connects to one. */
  readonly openCluster: (display: Display) => Promise<DevCluster>;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

/**
 * Runs an author's issuer in a cluster and follows what they save, until the signal aborts; or once,
 * until every Certificate that was applied is Ready.
 *
 * @throws CliError usage where the module or a file to apply is wrong from the start; whatever keeps
 * the cluster or the issuer from starting.
 */
export async function develop(settings: DevSettings, options: DevelopOptions): Promise<Report> {
  const { signal } = options;
  const { apply: paths, namespace } = settings;
  const applied = new AppliedObjects({ paths, namespace, signal });
  await applied.read();
  requireCertificate(settings, applied);
  // Before anything is started: what is wrong with the module is said at once.
  const first = await loadOrThrow(orderOf(settings, applied), signal);

  let work: DevWork | undefined;
  using display = options.openDisplay({
    rows: () => work?.followed.objects().map(rowOf) ?? [],
    logLines: (count) => work?.program.logTail(count) ?? [],
  });
  const end = new AbortController();
  const stop = AbortSignal.any([signal, end.signal]);
  const files = async (): Promise<string[]> => [
    ...(work?.program ?? first).files,
    ...(await applied.paths()),
  ];
  // From here on no save is missed, however long the cluster takes.
  const changes = await watchFiles(files, { signal: stop });
  await using cluster = await options.openCluster(display);
  cluster.failed.addEventListener("abort", () => end.abort(), { once: true });
  try {
    work = await start(settings, { first, applied, cluster, display, signal: stop });
    return await (settings.onceWithinMs === undefined
      ? followSaves(work, changes)
      : runOnce(work, { timeoutMs: settings.onceWithinMs, now: options.now }));
  } finally {
    end.abort();
    await work?.followed.ended();
    cluster.failed.throwIfAborted();
  }
}

/** Installs and starts the issuer, and follows what there is to see. */
async function start(
  settings: DevSettings,
  parts: Pick<DevWork, "applied" | "cluster" | "display" | "signal"> & { first: LoadedModule },
): Promise<DevWork> {
  const { first, applied, cluster, display, signal } = parts;
  const order = orderOf(settings, applied, cluster.certManager);
  const loaded = isUsual(cluster.certManager) ? first : await loadOrThrow(order, signal);
  const program = new AuthorProgram(loaded, { cluster, display, signal });
  await program.start(order);
  const followed = new FollowedIssuers({
    client: cluster.client,
    display,
    kinds: () => program.kinds,
    certificates: () => applied.certificates(),
    signal,
  });
  return { settings, applied, program, followed, cluster, display, signal };
}

function requireCertificate({ onceWithinMs }: DevSettings, applied: AppliedObjects): void {
  if (onceWithinMs === undefined || applied.certificates().length > 0) return;
  throw usageError(
    "Cannot run once: no file of --apply holds a Certificate of cert-manager.io/v1 to wait for, add one",
  );
}

type LoadedModule = ModuleReport & { readonly isLoaded: true };

async function loadOrThrow(order: LoadOrder, signal: AbortSignal): Promise<LoadedModule> {
  const report = await loadModule(order, { signal });
  if (report.isLoaded) return report;
  throw usageError(report.message);
}

function isUsual({ namespace, name }: ServiceAccount): boolean {
  return namespace === USUAL_CERT_MANAGER.namespace && name === USUAL_CERT_MANAGER.name;
}
