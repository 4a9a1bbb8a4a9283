import {
  type Client,
  type ControllerOptions,
  createWatchSource,
  Informer,
  LOW_PRIORITY,
  type Logger,
  NORMAL_PRIORITY,
  Workqueue,
} from "@countersign/kube";
import type { DefinedKind } from "./define-issuer.ts";
import type { IssuerObject } from "./issuer-object.ts";
import { IssuerReconciler, type ServedKind } from "./issuer-reconciler.ts";
import { type IssuerKey, issuerKeyOf } from "./issuer-ref.ts";
import { ReferenceTracker } from "./reference-tracker.ts";
import { RequestInformer } from "./request-informer.ts";
import { RequestReconciler } from "./request-reconciler.ts";

/** What the parts of the controllers work with. */
export interface AssembleOptions {
  readonly client: Client;
  readonly kinds: readonly DefinedKind[];
  readonly logger: Logger;
  readonly fieldOwner: string;
  readonly clusterResourceNamespace: string | undefined;
  readonly retryBudgetMs: number;
  readonly maxConcurrentRequests: number;
  readonly checkDeadlineMs: number;
  readonly signDeadlineMs: number;
  /** Ends the watches. */
  readonly stop: AbortSignal;
  /** Ends the author's calls as well. */
  readonly drain: AbortSignal;
}

/** The parts, put together and not yet running. */
export interface Assembly {
  /** To be synced before the controllers run. */
  readonly informers: readonly Pick<Informer<IssuerObject>, "run" | "synced">[];
  readonly controllers: readonly ControllerOptions[];
  readonly references: ReferenceTracker;
}

const MAX_CONCURRENT_CHECKS = 8;

/**
 * Puts together one controller for the issuers of all kinds and one for the requests that refer to
 * them. A change of an issuer puts all its open requests into the queue: they are found by what they
 * refer to, so no wake-up can be lost.
 */
export function assemble(options: AssembleOptions): Assembly {
  const { client, kinds, logger, stop, drain } = options;
  const onError = (err: unknown): void => logger.warn({ err }, "Watch failed, starting again");
  const issuerQueue = new Workqueue();
  const requestQueue = new Workqueue();
  const requests = new RequestInformer(client, { kinds, onError });
  const served = kinds.map((kind) => serve(client, kind, onError));
  const wakeRequests = (issuer: IssuerKey): void => {
    for (const key of requests.keysOfIssuer(issuer)) requestQueue.add(key);
  };
  const references = new ReferenceTracker({
    client,
    logger,
    signal: stop,
    onChange: (issuer) => issuers.referencesChanged(issuer),
  });
  const issuers: IssuerReconciler = new IssuerReconciler({
    ...options,
    kinds: served,
    signal: drain,
    onRead: (issuer, reference, version) => references.record(issuer, reference, version),
    enqueue: (issuer) => issuerQueue.add(issuer),
    onRecovered: wakeRequests,
  });
  const reconciler = new RequestReconciler({ ...options, requests: requests.store, issuers });

  requests.onChange(({ key, before, after, isListed }) => {
    if (after === undefined) reconciler.forget(key, before?.metadata.uid);
    else requestQueue.add(key, { priority: isListed ? LOW_PRIORITY : NORMAL_PRIORITY });
  });
  for (const kind of served) {
    kind.informer.onChange(({ before, after, isListed }) => {
      const object = after ?? before;
      if (object === undefined) return;
      const issuer = issuerKeyOf(kind, object);
      if (after === undefined) references.forget(issuer);
      issuerQueue.add(issuer, { priority: isListed ? LOW_PRIORITY : NORMAL_PRIORITY });
      wakeRequests(issuer);
    });
  }
  return {
    informers: [requests, ...served.map((kind) => kind.informer)],
    references,
    controllers: [
      {
        name: "issuer",
        queue: issuerQueue,
        reconcile: (key) => issuers.reconcile(key),
        maxConcurrentReconciles: MAX_CONCURRENT_CHECKS,
        logger,
      },
      {
        name: "certificaterequest",
        queue: requestQueue,
        reconcile: (key) => reconciler.reconcile(key),
        maxConcurrentReconciles: options.maxConcurrentRequests,
        logger,
      },
    ],
  };
}

interface InformedKind extends ServedKind {
  readonly informer: Informer<IssuerObject>;
}

function serve(client: Client, kind: DefinedKind, onError: (error: unknown) => void): InformedKind {
  const source = createWatchSource(client, kind.resource);
  const informer = new Informer<IssuerObject>(source, { onError });
  return { ...kind, informer, issuers: informer.store };
}
