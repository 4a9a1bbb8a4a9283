import {
  type BindAddress,
  type Client,
  createMetricsServer,
  createRecorder,
  type LeaderElector,
  type Logger,
  type MetricsRegistry,
  type Runnable,
  runController,
  runManager,
  type ShardMember,
} from "@countersign/kube";
import { readApprovalSafety } from "./approval-support.ts";
import { assemble, type ServedRequests } from "./assemble.ts";
import { type IssuerDefinition, kindsOf } from "./define-issuer.ts";
import { healthServers } from "./health.ts";
import { type Ownership, ownAll } from "./ownership.ts";
import type { ShardMap } from "./shard-map.ts";
import { canServeSigningApi } from "./signing-api.ts";
import { SlotWork } from "./slot-work.ts";
import { whileApprovalIsUnsupported } from "./unapproved-guard.ts";

/** What the controllers of some issuer types work with. */
export interface RunIssuersOptions {
  readonly definitions: readonly IssuerDefinition[];
  /** With an elector: over a transport that its fence guards, see `fenceTransport`. */
  readonly client: Client;
  /** Without it, or `shards`, nobody else may serve the same issuers. */
  readonly elector?: LeaderElector;
  /** Divides the work with other replicas. Not together with an elector. */
  readonly shards?: { readonly member: ShardMember; readonly map: ShardMap };
  /** Where `/healthz` and `/readyz` are answered; nowhere without it. */
  readonly healthProbeAddress?: BindAddress | undefined;
  /** What is measured; nothing without it. */
  readonly metrics?: MetricsRegistry;
  /** Where `metrics` are answered under `/metrics`; nowhere without it. */
  readonly metricsAddress?: BindAddress | undefined;
  readonly logger: Logger;
  /** Ends the controllers: no new work, what is under way may end within the grace period. */
  readonly signal: AbortSignal;
  /**
   * The name under which server-side apply knows what is ours. Keep it for ever: a new one does not
   * own what the old one wrote. @default the first definition's group
   */
  readonly fieldOwner?: string;
  /** Where the Secrets of cluster issuers are. Without it cluster issuers that need one are not Ready. */
  readonly clusterResourceNamespace?: string;
  /**
   * Where CertificateRequests and namespaced issuers are served. @default everywhere
   */
  readonly namespaces?: readonly string[] | undefined;
  /** How long a request is retried while its issuer is ready. @default 10 minutes */
  readonly retryBudgetMs?: number;
  /** How long the CA may take over an order; without it as long as it likes. */
  readonly maxPendingMs?: number | undefined;
  /** Whether cert-manager's CertificateRequests are served. @default true */
  readonly certificateRequests?: boolean;
  /**
   * Whether Kubernetes' CertificateSigningRequests are served, where the API server has them and lets
   * us read them. @default true
   */
  readonly certificateSigningRequests?: boolean;
  /**
   * Signs what no approver has looked at. Only for a cert-manager before 1.3, which has no approval:
   * where it has, {@link runIssuers} refuses. @default false
   */
  readonly signUnapproved?: boolean;
  /** Calls of `sign()` at the same time. @default 32 */
  readonly maxConcurrentRequests?: number;
  /** Of these by one issuer. @default what the issuer's definition says, else 8 */
  readonly maxConcurrentRequestsPerIssuer?: number | undefined;
  /** @default 30 s */
  readonly checkDeadlineMs?: number;
  /** @default 60 s */
  readonly signDeadlineMs?: number;
  /** How long calls under way may go on after `signal`. @default 25 s, within a pod's 30 */
  readonly gracePeriodMs?: number;
  /** Told when everything is read, the lease is held, and work begins. */
  readonly onStarted?: () => void;
}

const DEFAULTS = {
  retryBudgetMs: 600_000,
  signUnapproved: false,
  maxConcurrentRequests: 32,
  checkDeadlineMs: 30_000,
  signDeadlineMs: 60_000,
  gracePeriodMs: 25_000,
} as const;

/**
 * Serves some issuer types until the signal aborts; settles when what was under way has ended.
 *
 * Expected flow: the informers list everything; the lease is won; then the controllers work; after
 * the signal they take nothing more, calls under way have the grace period to end and write their
 * results, and what is left is aborted.
 *
 * @throws UnapprovedError with `signUnapproved` where the cluster's cert-manager has approval; what
 * `runManager` throws when the lease was lost, or something did not start or end.
 */
export async function runIssuers(options: RunIssuersOptions): Promise<void> {
  if (!options.signUnapproved) return serve(options);
  return whileApprovalIsUnsupported(options, (signal) => serve({ ...options, signal }));
}

async function serve(options: RunIssuersOptions): Promise<void> {
  const { client, shards, logger, signal } = options;
  const elector = shards?.member ?? options.elector;
  const settings = { ...DEFAULTS, ...options };
  const fieldOwner = options.fieldOwner ?? options.definitions[0]?.group ?? "";
  const recorder = createRecorder({ client, logger, reportingController: fieldOwner });
  const watches = new AbortController();
  const drain = new AbortController();
  const ownership: Ownership =
    shards === undefined ? ownAll() : { map: shards.map, work: new SlotWork() };
  const { informers, controllers, references, takeOver, slotWorker, hear } = assemble({
    ...settings,
    ownership,
    slotEndMs: settings.gracePeriodMs,
    say: (annotation, value) => shards?.member.say(annotation, value),
    kinds: kindsOf(options.definitions),
    serves: await servedRequests(options),
    emitEvent: (object, event) => recorder.emitEvent(object, event),
    fieldOwner,
    clusterResourceNamespace: options.clusterResourceNamespace,
    namespaces: options.namespaces,
    stop: watches.signal,
    drain: drain.signal,
  });
  // Events are written with the lease as everything is: before it is given back.
  const work = async (stop: AbortSignal): Promise<void> => {
    if (elector !== undefined && shards === undefined) await takeOver(stop);
    shards?.member.onSaid(hear);
    await Promise.all([
      shards?.member.run(slotWorker, stop),
      ...controllers.map((controller) => runController(controller, stop)),
    ]);
    await recorder.close();
  };
  const caches = informers.map((informer) => ({
    name: "informer",
    started: informer.synced,
    run: (stop: AbortSignal) => informer.run(stop),
  }));
  const address = options.healthProbeAddress;
  const manager = {
    servers: [
      ...healthServers({ address, informers, elector, logger }),
      ...metricsServers(options),
    ],
    caches,
    controllers: [{ name: "controllers", run: work }],
    ...(elector === undefined ? {} : { elector }),
    onStartedLeading: () => options.onStarted?.(),
    onGraceOver: () => drain.abort(),
    gracePeriodMs: settings.gracePeriodMs,
    logger,
  };
  await runManager(manager, signal).finally(() => watches.abort());
  await references.ended();
}

function metricsServers(options: RunIssuersOptions): Runnable[] {
  const { metrics, metricsAddress: address, logger } = options;
  if (metrics === undefined || address === undefined) return [];
  return [createMetricsServer({ address, metrics, logger })];
}

const TOO_OLD =
  "Cannot serve CertificateRequests: the cluster's cert-manager is older than 1.8, must be 1.16 or newer: what an issuer writes to a request there takes its approval away. Upgrade cert-manager, or start with --certificate-requests=false";

/** @throws TypeError where both kinds of request are switched off, or cert-manager is too old. */
async function servedRequests(options: RunIssuersOptions): Promise<ServedRequests> {
  const { client, logger, signal, certificateRequests = true } = options;
  const { certificateSigningRequests = true } = options;
  if (!certificateRequests && !certificateSigningRequests) {
    throw new TypeError(
      "Cannot serve issuers: CertificateRequests and CertificateSigningRequests are both switched off, one must be on",
    );
  }
  if (certificateRequests && !(await readApprovalSafety(client, { signal }))) {
    throw new TypeError(TOO_OLD);
  }
  const hasSigningApi =
    certificateSigningRequests && (await canServeSigningApi(client, { logger, signal }));
  return { certificateRequests, certificateSigningRequests: hasSigningApi };
}
