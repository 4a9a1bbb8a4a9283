import type { StoreChange, StoreReader } from "@countersign/kube";
import type { IssuerDefinition } from "../define-issuer.ts";
import { kindsOf } from "../define-issuer.ts";
import { IssuerFlows } from "../issuer-flows.ts";
import type { IssuerObject } from "../issuer-object.ts";
import { IssuerReconciler } from "../issuer-reconciler.ts";
import { type IssuerKey, issuerKeyOf } from "../issuer-ref.ts";
import type { ObjectEvent } from "../request-event.ts";
import { isFinalPhase } from "../request-kind.ts";
import { RequestReconciler } from "../request-reconciler.ts";
import type { ModelApi } from "./model-api.ts";
import { ModelCache } from "./model-cache.ts";
import type { ModelClock } from "./model-clock.ts";
import { ModelConnection } from "./model-connection.ts";
import type { ModelObject } from "./model-object.ts";
import { ModelQueue } from "./model-queue.ts";
import { MODEL_GROUP, type ModelRequests } from "./model-requests.ts";

/** What a process of a model works with. */
export interface ModelProcessOptions {
  readonly api: ModelApi;
  readonly clock: ModelClock;
  readonly requests: ModelRequests;
  readonly definition: IssuerDefinition;
  readonly onEvent: (event: ObjectEvent) => void;
  /**
   * It has stood by, follows another that led until now, and its watches are so many changes behind.
   * Without it the process begins by listing everything.
   */
  readonly lag?: number | undefined;
}

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Longer than any history runs: a model's CA says itself when it gives up. */
const DEADLINE_MS = 7 * 86_400_000;

const RETRY_BUDGET_MS = 600_000;

/**
 * One process: our two reconcilers, wired to caches and queues as `assemble` wires them to watches and
 * workqueues.
 */
export class ModelProcess {
  readonly connection: ModelConnection;
  readonly requests: ModelCache;
  readonly issuers: ModelCache;
  readonly requestQueue: ModelQueue;
  readonly issuerQueue: ModelQueue;
  readonly #drain = new AbortController();
  readonly #issuerReconciler: IssuerReconciler;
  readonly #requestReconciler: RequestReconciler<ModelObject>;
  readonly #issuerKeyOf: (issuer: ModelObject) => IssuerKey;

  constructor(options: ModelProcessOptions) {
    const { api, clock, requests, definition, onEvent } = options;
    const kinds = kindsOf([definition]);
    const [issuerKind] = kinds;
    if (issuerKind === undefined) throw new TypeError("Cannot model: definition has no kind");
    this.#issuerKeyOf = (issuer) => issuerKeyOf(issuerKind, issuer);
    this.connection = new ModelConnection(api, (uid) =>
      this.requests.store.list().some((each) => each.metadata.uid === uid),
    );
    this.requests = new ModelCache(api, {
      plural: requests.kind.resource.plural,
      keep: (object) =>
        requests.kind.referredIssuer(object, kinds) !== undefined &&
        !isFinalPhase(requests.kind.phaseOf(object)),
      onChange: (change) => this.#requestChanged(change),
    });
    this.issuers = new ModelCache(api, {
      plural: issuerKind.plural,
      keep: () => true,
      onChange: (change) => this.#issuerChanged(change),
    });
    const shared = {
      client: this.connection.client,
      fieldOwner: MODEL_GROUP,
      logger: SILENT,
      emitEvent: (_: unknown, event: ObjectEvent) => onEvent(event),
    };
    this.#issuerReconciler = new IssuerReconciler({
      ...shared,
      kinds: kinds.map((kind) => ({
        ...kind,
        issuers: this.issuers.store as StoreReader<IssuerObject>,
      })),
      clusterResourceNamespace: undefined,
      signal: this.#drain.signal,
      onRead: () => {},
      enqueue: (key) => this.issuerQueue.add(key),
      onRecovered: () => this.#wakeRequests(),
      checkDeadlineMs: DEADLINE_MS,
      signDeadlineMs: DEADLINE_MS,
    });
    this.#requestReconciler = new RequestReconciler({
      ...shared,
      kind: requests.kind,
      kinds,
      requests: this.requests.store,
      issuers: this.#issuerReconciler,
      flows: new IssuerFlows({
        limitsOf: () => ({ concurrency: Number.POSITIVE_INFINITY }),
        onChange: () => this.#wakeRequests(),
      }),
      enqueue: (key) => this.requestQueue.add(key),
      signUnapproved: false,
      retryBudgetMs: RETRY_BUDGET_MS,
      now: () => clock.now(),
    });
    this.requestQueue = new ModelQueue(clock, (key) => this.#requestReconciler.reconcile(key));
    this.issuerQueue = new ModelQueue(clock, (key) => this.#issuerReconciler.reconcile(key));
    this.#begin(options);
  }

  /** Tells it that what the issuers refer to has changed. */
  referencesChanged(): void {
    for (const issuer of this.issuers.store.list()) {
      this.#issuerReconciler.referencesChanged(this.#issuerKeyOf(issuer));
    }
  }

  /** Ends it as SIGKILL does: what it still does has no effect. */
  kill(): void {
    this.connection.cut();
    this.#drain.abort(new Error("The process has ended"));
  }

  #begin({ api, lag }: ModelProcessOptions): void {
    if (lag === undefined) {
      this.issuers.list();
      this.requests.list();
    } else {
      this.issuers.replay(lag);
      this.requests.replay(lag);
      this.#requestReconciler.takeOver(api.version);
    }
  }

  #requestChanged({ key, before, after, isListed }: StoreChange<ModelObject>): void {
    const reconciler = this.#requestReconciler;
    if (before !== undefined && before.metadata.uid !== after?.metadata.uid) {
      reconciler.forget(key, before.metadata.uid);
    }
    if (after === undefined) return;
    reconciler.told(after, { isListed });
    this.requestQueue.add(key);
  }

  #issuerChanged({ before, after }: StoreChange<ModelObject>): void {
    const issuer = after ?? before;
    if (issuer === undefined) return;
    this.issuerQueue.add(this.#issuerKeyOf(issuer));
    this.#wakeRequests();
  }

  /** All requests of a model refer to its one issuer. */
  #wakeRequests(): void {
    for (const key of this.requests.store.keysByIndex("issuer", "")) this.requestQueue.add(key);
  }
}
