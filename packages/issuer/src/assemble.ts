import { setTimeout } from "node:timers/promises";
import {
  type Backoff,
  backoffDelayMs,
  type Client,
  type ControllerOptions,
  createWatchSource,
  Informer,
  type KubeObject,
  LOW_PRIORITY,
  type Logger,
  type Metrics,
  NO_METRICS,
  NORMAL_PRIORITY,
  objectKey,
  PartitionedInformer,
  type SlotWorker,
  type StoreChange,
  Workqueue,
  workqueueMetrics,
} from "@countersign/kube";
import { certificateRequestKind } from "./certificate-request-kind.ts";
import { certificateSigningRequestKind } from "./certificate-signing-request-kind.ts";
import { isConditionTrue } from "./condition.ts";
import type { DefinedKind } from "./define-issuer.ts";
import { FAULTS_ANNOTATION, FaultInbox, type Said } from "./fault-inbox.ts";
import { FaultReporter } from "./fault-reports.ts";
import { type FlowLimits, flowLimits, partOfLimits } from "./flow-limits.ts";
import { IssuerFlows } from "./issuer-flows.ts";
import type { IssuerObject } from "./issuer-object.ts";
import { IssuerReconciler, type ServedKind } from "./issuer-reconciler.ts";
import { type IssuerKey, issuerKeyOf, placeOfIssuer } from "./issuer-ref.ts";
import { ALL_SLOTS, type Ownership, ownAll, ownsIssuer, shareOf } from "./ownership.ts";
import { ReferenceTracker } from "./reference-tracker.ts";
import type { ObjectEvent } from "./request-event.ts";
import { RequestInformer } from "./request-informer.ts";
import { type RequestKind, uidOf } from "./request-kind.ts";
import { RequestReconciler } from "./request-reconciler.ts";
import type { RetryLimits } from "./retry.ts";
import { createSlotWorker } from "./slot-worker.ts";

/** The kinds of request that can be served. */
export interface ServedRequests {
  readonly certificateRequests: boolean;
  readonly certificateSigningRequests: boolean;
}

/** What the parts of the controllers work with. */
export interface AssembleOptions extends RetryLimits {
  readonly client: Client;
  readonly kinds: readonly DefinedKind[];
  readonly serves: ServedRequests;
  readonly logger: Logger;
  readonly metrics?: Metrics;
  readonly emitEvent: (object: KubeObject, event: ObjectEvent) => void;
  readonly fieldOwner: string;
  readonly clusterResourceNamespace: string | undefined;
  /** Where CertificateRequests and namespaced issuers are served; undefined for everywhere. */
  readonly namespaces: readonly string[] | undefined;
  readonly signUnapproved: boolean;
  readonly maxConcurrentRequests: number;
  readonly maxConcurrentRequestsPerIssuer?: number | undefined;
  readonly checkDeadlineMs: number;
  readonly signDeadlineMs: number;
  /** What is this replica's to begin with, and which slot is whose. @default everything */
  readonly ownership?: Ownership;
  /** How long what is under way in a slot may take before it is given to another replica. */
  readonly slotEndMs?: number;
  /** Says something to the other replicas, under an annotation. */
  readonly say?: (annotation: string, value: string | undefined) => void;
  /** Ends the watches. */
  readonly stop: AbortSignal;
  /** Ends the author's calls as well. */
  readonly drain: AbortSignal;
}

/** An informer to run. */
type Cache = Pick<Informer<KubeObject>, "run" | "synced">;

/** The parts, put together and not yet running. */
export interface Assembly {
  /** To be synced before the controllers run. */
  readonly informers: readonly Cache[];
  readonly controllers: readonly ControllerOptions[];
  /**
   * Takes over from a process that has led until now: to be awaited after the lease is won and before
   * the controllers run. What its last writes were, the watches may not have told yet.
   */
  readonly takeOver: (signal: AbortSignal) => Promise<void>;
  /** Works in the slots that this replica owns, where several divide the work. */
  readonly slotWorker: SlotWorker;
  /** To be told what the other replicas say. */
  readonly hear: (said: Said) => void;
  readonly references: ReferenceTracker;
}

const MAX_CONCURRENT_CHECKS = 8;

/**
 * Delays after a write has failed: what is written is at hand, and whoever waits for it should not
 * wait much longer than the API server's outage. What a CA is spared has delays of its own.
 */
const WRITE_BACKOFF: Backoff = { initialMs: 500, maxMs: 30_000 };

/**
 * Puts together one controller for the issuers of all kinds and one for each kind of request that can
 * refer to them. A change of an issuer puts all its open requests into the queues: they are found by
 * what they refer to, so no wake-up can be lost.
 */
export function assemble(options: AssembleOptions): Assembly {
  const { client, kinds, serves, logger, metrics = NO_METRICS, stop, drain } = options;
  const onError = (err: unknown): void => logger.warn({ err }, "Watch failed, starting again");
  const issuerQueue = createQueue("issuer", options);
  const served = kinds.map((kind) => serveKind(kind, { ...options, onError }));
  const requests: RequestPart[] = [];
  const wakeRequests = (issuer: IssuerKey): void => {
    for (const part of requests) part.wake(issuer);
  };
  const ownership = options.ownership ?? ownAll();
  const flows = new IssuerFlows({
    limitsOf: (issuer) => partOfLimits(limitsOf(issuer, options), shareOf(ownership, issuer)),
    onChange: wakeRequests,
  });
  const references = new ReferenceTracker({
    client,
    logger,
    signal: stop,
    onChange: (issuer) => {
      flows.renew(issuer);
      issuers.referencesChanged(issuer);
    },
  });
  const issuers: IssuerReconciler = new IssuerReconciler({
    ...options,
    kinds: served,
    signal: drain,
    onRead: (issuer, reference, version) => references.record(issuer, reference, version),
    enqueue: (issuer) => issuerQueue.add(issuer),
    onRecovered: wakeRequests,
    ownership,
    onForeignFault: (issuer, message) => {
      const object = objectOf(issuer, served);
      if (object !== undefined) reporter.report(issuer, object, message);
    },
  });
  const reporter = new FaultReporter({
    say: (text) => options.say?.(FAULTS_ANNOTATION, text),
    onOver: (issuer) => {
      if (!ownsIssuer(ownership, issuer)) issuers.forget(issuer);
      wakeRequests(issuer);
    },
  });
  const inbox = new FaultInbox(({ issuer, uid, message }) => {
    if (!ownsIssuer(ownership, issuer)) return false;
    if (objectOf(issuer, served)?.metadata.uid === uid) issuers.reportFault(issuer, message);
    return true;
  });
  const context = { options, issuers, flows, ownership, onError };
  if (serves.certificateRequests) requests.push(serveRequests(certificateRequestKind, context));
  if (serves.certificateSigningRequests) {
    requests.push(serveRequests(certificateSigningRequestKind, context));
  }
  for (const kind of served) {
    kind.informer.onChange(({ before, after, isListed }) => {
      const object = after ?? before;
      if (object === undefined) return;
      const issuer = issuerKeyOf(kind, object);
      if (after === undefined) references.forget(issuer);
      if (isRenewed(before, after)) flows.renew(issuer);
      if (after === undefined) flows.forgetIssuer(issuer);
      reporter.told(issuer, after);
      issuerQueue.add(issuer, { priority: isListed ? LOW_PRIORITY : NORMAL_PRIORITY });
      wakeRequests(issuer);
    });
  }
  const issuerController = {
    name: "issuer",
    queue: issuerQueue,
    reconcile: (key: string) => issuers.reconcile(key),
    maxConcurrentReconciles: MAX_CONCURRENT_CHECKS,
    logger,
    metrics,
  };
  let said: Said = new Map();
  const takeOver = async (slots: readonly number[], signal: AbortSignal): Promise<void> => {
    await Promise.all(requests.map((each) => each.takeOver(slots, signal)));
  };
  const slotWorker = createSlotWorker({
    ownership,
    takeOver,
    onShare: () => {
      flows.limitsChanged();
      inbox.read(said);
    },
    issuers: () =>
      served.flatMap((kind) => kind.issuers.list().map((each) => issuerKeyOf(kind, each))),
    forget: (issuer) => issuers.forget(issuer),
    enqueueIssuer: (issuer) => issuerQueue.add(issuer),
    enqueueRequests: (slots) => {
      for (const part of requests) part.wakeSlots(slots);
    },
    endWithinMs: options.slotEndMs ?? options.signDeadlineMs,
  });
  return {
    slotWorker,
    hear: (latest) => {
      said = latest;
      inbox.read(said);
    },
    informers: [...requests.map((each) => each.informer), ...served.map((each) => each.informer)],
    references,
    takeOver: (signal) => takeOver(ALL_SLOTS, signal),
    controllers: [issuerController, ...requests.map((each) => each.controller)],
  };
}

function createQueue(name: string, { metrics = NO_METRICS }: AssembleOptions): Workqueue {
  return new Workqueue({ backoff: WRITE_BACKOFF, observe: workqueueMetrics(metrics, { name }) });
}

interface InformedKind extends ServedKind {
  readonly informer: PartitionedInformer<IssuerObject>;
}

function serveKind(
  kind: DefinedKind,
  options: {
    client: Client;
    namespaces: readonly string[] | undefined;
    onError: (error: unknown) => void;
  },
): InformedKind {
  const { client, namespaces, onError } = options;
  const places =
    namespaces === undefined || !kind.namespaced
      ? [{}]
      : namespaces.map((namespace) => ({ namespace }));
  const informer = new PartitionedInformer<IssuerObject>(async () =>
    places.map(
      (place) => new Informer(createWatchSource(client, kind.resource, place), { onError }),
    ),
  );
  return { ...kind, informer, issuers: informer.store };
}

/** What serves one kind of request. */
interface RequestPart {
  readonly informer: Cache;
  readonly controller: ControllerOptions;
  takeOver(slots: readonly number[], signal: AbortSignal): Promise<void>;
  /** Puts the open requests of an issuer into the queue. */
  wake(issuer: IssuerKey): void;
  /** Puts the open requests of slots into the queue. */
  wakeSlots(slots: readonly number[]): void;
}

function serveRequests<T extends KubeObject>(
  kind: RequestKind<T>,
  context: {
    options: AssembleOptions;
    issuers: IssuerReconciler;
    flows: IssuerFlows;
    ownership: Ownership;
    onError: (error: unknown) => void;
  },
): RequestPart {
  const { options, issuers, flows, ownership, onError } = context;
  const { client, kinds, namespaces, maxConcurrentRequests, logger } = options;
  const { metrics = NO_METRICS } = options;
  const name = kind.resource.kind.toLowerCase();
  const queue = createQueue(name, options);
  // Any namespace tells the version of the whole: they are written to one store.
  const place = kind.resource.namespaced && namespaces ? { namespace: namespaces[0] } : {};
  const informer = new RequestInformer(client, kind, { kinds, namespaces, onError });
  const reconciler = new RequestReconciler({
    ...options,
    kind,
    requests: informer.store,
    issuers,
    flows,
    ownership,
    enqueue: (key) => queue.add(key),
  });
  informer.onChange((change) => {
    forgetBefore(reconciler, change);
    const { key, after, isListed } = change;
    if (after === undefined) return;
    reconciler.told(after, { isListed });
    queue.add(key, { priority: isListed ? LOW_PRIORITY : NORMAL_PRIORITY });
  });
  return {
    informer,
    controller: {
      name,
      queue,
      reconcile: (key) => reconciler.reconcile(key),
      maxConcurrentReconciles: maxConcurrentRequests,
      logger,
      metrics,
    },
    takeOver: (slots, signal) =>
      retry("Cannot read the version to take over at", { signal, logger }, async () => {
        const { metadata } = await client.list(kind.resource, { ...place, limit: 1, signal });
        reconciler.takeOver(metadata.resourceVersion, slots);
      }),
    wake: (issuer) => {
      for (const key of informer.keysOfIssuer(issuer)) queue.add(key);
    },
    wakeSlots: (slots) => {
      for (const request of informer.store.list()) {
        const issuer = kind.referredIssuer(request, kinds);
        if (issuer === undefined) continue;
        const slot = ownership.map.slotOfRequest(issuer, uidOf(request));
        if (slots.includes(slot)) queue.add(objectKey(request.metadata));
      }
    },
  };
}

function objectOf(issuer: IssuerKey, kinds: readonly InformedKind[]): IssuerObject | undefined {
  const { group, kind, key } = placeOfIssuer(issuer);
  return kinds.find((each) => each.group === group && each.kind === kind)?.issuers.get(key);
}

function limitsOf(issuer: IssuerKey, options: AssembleOptions): FlowLimits {
  const { group, kind } = placeOfIssuer(issuer);
  const found = options.kinds.find((each) => each.group === group && each.kind === kind);
  return flowLimits(found?.definition.limits, options.maxConcurrentRequestsPerIssuer);
}

/** Whether there is reason to think that the CA answers though it did not: it is another, or ready again. */
function isRenewed(before: IssuerObject | undefined, after: IssuerObject | undefined): boolean {
  if (before === undefined || after === undefined) return true;
  const isChanged =
    before.metadata.uid !== after.metadata.uid ||
    before.metadata.generation !== after.metadata.generation;
  const isReady = (issuer: IssuerObject): boolean =>
    isConditionTrue(issuer.status?.conditions, "Ready");
  return isChanged || (!isReady(before) && isReady(after));
}

/** A request is gone also where another stands under its name. */
function forgetBefore<T extends KubeObject>(
  reconciler: RequestReconciler<T>,
  { key, before, after }: StoreChange<T>,
): void {
  if (before !== undefined && before.metadata.uid !== after?.metadata.uid) {
    reconciler.forget(key, before.metadata.uid);
  }
}

/** Does a piece of work until it has succeeded or the signal aborts. */
async function retry(
  message: string,
  { signal, logger }: { signal: AbortSignal; logger: Logger },
  work: () => Promise<void>,
): Promise<void> {
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      return await work();
    } catch (err) {
      if (signal.aborted) return;
      logger.warn({ err }, message);
      // Rejects when the signal aborts, which is looked at next.
      await setTimeout(backoffDelayMs(WRITE_BACKOFF, failures), undefined, { signal }).catch(
        () => {},
      );
    }
  }
}
