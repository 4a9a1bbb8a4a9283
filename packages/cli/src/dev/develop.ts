import { setTimeout } from "node:timers/promises";
import type { ServiceAccount } from "@countersign/issuer";
import { messageOf } from "@countersign/issuer/inspect";
import { failure, usageError } from "../cli-error.ts";
import type { Report } from "../program.ts";
import { AppliedObjects } from "./applied-objects.ts";
import { AuthorProgram } from "./author-program.ts";
import { type DevCluster, USUAL_CERT_MANAGER } from "./dev-cluster.ts";
import type { Display } from "./dev-event.ts";
import type { DevSettings } from "./dev-settings.ts";
import { FollowedIssuers } from "./followed-issuers.ts";
import type { LiveView } from "./live-display.ts";
import { loadModule } from "./load-module.ts";
import type { LoadOrder, ModuleReport } from "./module-report.ts";
import { rowOf } from "./object-row.ts";
import { type Verdict, verdictOn } from "./once-verdict.ts";
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

  const view: { now: LiveView } = { now: { rows: () => [], logLines: () => [] } };
  using display = options.openDisplay({
    rows: () => view.now.rows(),
    logLines: (count) => view.now.logLines(count),
  });
  await using cluster = await options.openCluster(display);
  const end = new AbortController();
  const stop = AbortSignal.any([signal, cluster.failed, end.signal]);
  const { certManager } = cluster;
  const loaded = isUsual(certManager)
    ? first
    : await loadOrThrow(orderOf(settings, applied, certManager), stop);
  const program = new AuthorProgram(loaded, { cluster, display, signal: stop });
  const changes = await watchFiles(async () => [...program.files, ...(await applied.paths())], {
    signal: stop,
  });
  await program.start(orderOf(settings, applied, certManager));
  const followed = new FollowedIssuers({
    client: cluster.client,
    display,
    kinds: () => program.kinds,
    certificates: () => applied.certificates(),
    signal: stop,
  });
  view.now = {
    rows: () => followed.objects().map(rowOf),
    logLines: (count) => program.logTail(count),
  };
  const work = { settings, applied, program, followed, cluster, display, signal: stop };
  try {
    return await (settings.onceWithinMs === undefined
      ? goOn(work, changes)
      : runOnce(work, { timeoutMs: settings.onceWithinMs, now: options.now }));
  } finally {
    end.abort();
    await followed.ended();
    cluster.failed.throwIfAborted();
  }
}

/** All parts, running. */
interface Work {
  readonly settings: DevSettings;
  readonly applied: AppliedObjects;
  readonly program: AuthorProgram;
  readonly followed: FollowedIssuers;
  readonly cluster: DevCluster;
  readonly display: Display;
  readonly signal: AbortSignal;
}

function requireCertificate({ onceWithinMs }: DevSettings, applied: AppliedObjects): void {
  if (onceWithinMs === undefined || applied.certificates().length > 0) return;
  throw usageError(
    "Cannot run once: no file of --apply holds a Certificate of cert-manager.io/v1 to wait for, add one",
  );
}

function orderOf(
  { module: file, clusterResourceNamespace }: DevSettings,
  applied: AppliedObjects,
  certManager: ServiceAccount = USUAL_CERT_MANAGER,
): LoadOrder {
  return {
    file,
    clusterResourceNamespace,
    certManager,
    secretNamespaces: applied.namespaces(),
  };
}

async function loadOrThrow(
  order: LoadOrder,
  signal: AbortSignal,
): Promise<ModuleReport & { isLoaded: true }> {
  const report = await loadModule(order, { signal });
  if (report.isLoaded) return report;
  throw usageError(report.message);
}

function isUsual({ namespace, name }: ServiceAccount): boolean {
  return namespace === USUAL_CERT_MANAGER.namespace && name === USUAL_CERT_MANAGER.name;
}

async function goOn(work: Work, changes: AsyncIterable<readonly string[]>): Promise<Report> {
  const { settings, applied, program, followed, cluster } = work;
  let isApplied = await applyOrTell(work);
  tellHowToTry(work);
  for await (const files of changes) {
    const before = applied.namespaces().join();
    const isToApply = applied.hasAny(files) && (await readOrTell(work));
    const changed = files.filter((file) => program.files.includes(file));
    if (changed.length > 0 || applied.namespaces().join() !== before) {
      await program.reload(orderOf(settings, applied, cluster.certManager), { changed });
      followed.followKinds();
    }
    // What a new definition allows may have been refused before.
    if (isToApply || !isApplied) isApplied = await applyOrTell(work);
  }
  return { isOk: true, text: "", value: { type: "result", isOk: true } };
}

function tellHowToTry({ settings, cluster, program, display }: Work): void {
  const kinds = [
    ...program.kinds.map(({ plural }) => plural),
    "certificates",
    "certificaterequests",
  ];
  const message = [
    ...cluster.hint,
    `  kubectl get ${kinds.join()} --all-namespaces`,
    `Save ${settings.module} and the issuer starts again with it. Ctrl-C ends it.`,
  ].join("\n");
  display.show({ type: "note", message });
}

async function readOrTell({ applied, display }: Work): Promise<boolean> {
  try {
    await applied.read();
    return true;
  } catch (error) {
    display.show({ type: "trouble", message: messageOf(error) });
    return false;
  }
}

async function applyOrTell({ applied, cluster, display, signal }: Work): Promise<boolean> {
  try {
    await applied.apply(cluster);
    return true;
  } catch (error) {
    if (!signal.aborted) display.show({ type: "trouble", message: messageOf(error) });
    return false;
  }
}

const LOOK_MS = 200;

async function runOnce(
  work: Work,
  { timeoutMs, now }: { timeoutMs: number; now: () => Date },
): Promise<Report> {
  const { applied, cluster, program, followed } = work;
  const since = now();
  const signal = AbortSignal.any([work.signal, program.ended]);
  await applied.apply(cluster);
  const certificates = applied.certificates();
  const look = (): Verdict => verdictOn(certificates, followed.objects(), since);
  let verdict = look();
  while (verdict.is === "open" && now().getTime() - since.getTime() < timeoutMs) {
    // Rejects when the signal aborts, with its reason.
    await setTimeout(LOOK_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    verdict = look();
  }
  return reportOf(verdict, { count: certificates.length, timeoutMs });
}

/** @throws CliError where not every Certificate is Ready: a line for each that is not. */
function reportOf(
  verdict: Verdict,
  { count, timeoutMs }: { count: number; timeoutMs: number },
): Report {
  const list = (lines: readonly string[]): string => lines.map((line) => `\n  ${line}`).join("");
  switch (verdict.is) {
    case "ready":
      return {
        isOk: true,
        text: count === 1 ? "The Certificate is Ready." : `All ${count} Certificates are Ready.`,
        value: { type: "result", isOk: true, certificates: count },
      };
    case "failed":
      throw failure(`Not every Certificate has been issued:${list(verdict.reasons)}`);
    case "open":
      throw failure(
        `Not every Certificate is Ready after ${timeoutMs / 1_000} s, see --timeout:${list(verdict.waits)}`,
      );
  }
}
