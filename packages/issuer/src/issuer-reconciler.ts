import {
  isApiError,
  type KubeObject,
  type Metrics,
  NO_METRICS,
  type ReconcileResult,
  type StoreReader,
} from "@countersign/kube";
import { AuthorCalls, type AuthorCallsOptions } from "./author-calls.ts";
import { findCondition } from "./condition.ts";
import type { IssuerView } from "./decide.ts";
import type { DefinedKind } from "./define-issuer.ts";
import {
  afterCheck,
  afterFailedCall,
  afterFault,
  afterRefusal,
  assumeReady,
  type CheckState,
  checkDueInMs,
} from "./issuer-check.ts";
import { eventOfIssuerReport } from "./issuer-event.ts";
import { type IssuerMetrics, issuerMetrics } from "./issuer-metrics.ts";
import type { IssuerObject } from "./issuer-object.ts";
import { describeIssuer, type IssuerKey, placeOfIssuer } from "./issuer-ref.ts";
import { type IssuerReport, issuerStatusToApply } from "./issuer-status.ts";
import { LatestVersions } from "./latest-versions.ts";
import { DEFAULT_POLICY, type MismatchPolicy } from "./mismatch-policy.ts";
import type { Outcome } from "./outcome.ts";
import { type Ownership, ownAll, ownsIssuer } from "./ownership.ts";
import type { ObjectEvent } from "./request-event.ts";
import type { RequestIssuers, SignCall } from "./request-reconciler.ts";

/** A kind and the store of its issuers. */
export interface ServedKind extends DefinedKind {
  readonly issuers: StoreReader<IssuerObject>;
}

/** What an issuer reconciler works with. */
export interface IssuerReconcilerOptions extends AuthorCallsOptions {
  readonly kinds: readonly ServedKind[];
  readonly fieldOwner: string;
  readonly emitEvent: (issuer: IssuerObject, event: ObjectEvent) => void;
  /** Puts an issuer into the workqueue. */
  readonly enqueue: (issuer: IssuerKey) => void;
  /** Told when a fault is over, so that the requests that wait for it are looked at. */
  readonly onRecovered: (issuer: IssuerKey) => void;
  readonly metrics?: Metrics | undefined;
  /** What of the issuers is this replica's. @default all of them */
  readonly ownership?: Ownership;
  /** Told of a fault of an issuer that another replica owns, who is to say so and to check it. */
  readonly onForeignFault?: (issuer: IssuerKey, message: string) => void;
}

/**
 * Checks issuers, says in their status how they are, and calls `sign()` for their requests.
 *
 * A check is made when something says that it is due: a change of the spec or of what the issuer
 * refers to, a fault that `sign()` reported, the backoff after a failure, or the time since the last.
 * Writing a status makes none due, so that no event of our own leads to another.
 *
 * An issuer that another replica owns is neither checked nor written to. Its requests that are ours are
 * signed as its status says; a fault they show is reported to its owner, and they wait.
 */
export class IssuerReconciler implements RequestIssuers {
  readonly #options: IssuerReconcilerOptions;
  readonly #calls: AuthorCalls;
  readonly #states = new Map<IssuerKey, CheckState>();
  /** Issuers whose references have changed since their last check began. */
  readonly #changed = new Set<IssuerKey>();
  readonly #metrics: IssuerMetrics;
  readonly #ownership: Ownership;
  /** The issuers of each kind, as this process has last seen them: its own writes come before the watch's word. */
  readonly #latest: ReadonlyMap<ServedKind, LatestVersions<IssuerObject>>;

  constructor(options: IssuerReconcilerOptions) {
    this.#options = options;
    this.#metrics = issuerMetrics(options.metrics ?? NO_METRICS);
    this.#calls = new AuthorCalls(options);
    this.#ownership = options.ownership ?? ownAll();
    this.#latest = new Map(options.kinds.map((kind) => [kind, new LatestVersions(kind.issuers)]));
  }

  /** Has an issuer checked again, because something it refers to has changed. */
  referencesChanged(key: IssuerKey): void {
    this.#changed.add(key);
    this.#options.enqueue(key);
  }

  /**
   * Lets go of what is known of an issuer: another replica owns it now, or says now what was a fault
   * that it had not known of.
   */
  forget(key: IssuerKey): void {
    this.#states.delete(key);
    this.#changed.delete(key);
    this.#metrics.gone(key);
  }

  view(key: IssuerKey): IssuerView {
    const { kind, issuer } = this.#find(key) ?? {};
    const state = this.#states.get(key);
    const isAtFault = state?.isAtFault === true && state.uid === issuer?.metadata.uid;
    return {
      key,
      ...(issuer === undefined ? {} : { issuer, isIgnored: isIgnored(kind, issuer) }),
      ...(isAtFault && state.report.type === "notReady"
        ? { unreportedFault: state.report.message }
        : {}),
    };
  }

  ignores(key: IssuerKey, request: KubeObject): boolean {
    return this.#find(key)?.kind.definition.ignoreRequest?.(request) ?? false;
  }

  policyOf(key: IssuerKey): { onMismatch: MismatchPolicy; setCA: boolean } {
    const { onMismatch, setCA = true } = this.#find(key)?.kind.definition ?? {};
    return { onMismatch: { ...DEFAULT_POLICY, ...onMismatch }, setCA };
  }

  reportFault(key: IssuerKey, message: string): void {
    this.#change(key, (state) => afterFault(state, message, { now: performance.now() }));
  }

  reportGate(key: IssuerKey, refusal: string | undefined): void {
    this.#change(key, (state) => {
      if (refusal !== undefined) return afterRefusal(state, refusal, { now: performance.now() });
      return state.refusals === 0 ? state : { ...state, refusals: 0 };
    });
  }

  /** Changes what is known of an issuer, and has it looked at where that makes a difference. */
  #change(key: IssuerKey, change: (state: CheckState) => CheckState): void {
    const issuer = this.#find(key)?.issuer;
    if (issuer === undefined) return;
    const before = this.#states.get(key) ?? assumeReady(identityOf(issuer));
    const after = change(before);
    if (after === before) return;
    this.#states.set(key, after);
    if (!ownsIssuer(this.#ownership, key)) {
      this.#tellOwner(key, before, after);
      return;
    }
    const isSeen = after.report !== before.report || after.nextCheckAt !== before.nextCheckAt;
    if (isSeen) this.#options.enqueue(key);
  }

  #tellOwner(key: IssuerKey, before: CheckState, { isAtFault, report }: CheckState): void {
    if (before.isAtFault || !isAtFault || report.type !== "notReady") return;
    this.#options.onForeignFault?.(key, report.message);
  }

  async reconcile(key: IssuerKey): Promise<ReconcileResult> {
    const { map, work } = this.#ownership;
    const slot = map.slotOfIssuer(key);
    if (!work.enter(slot, { isBegun: false })) return {};
    try {
      return await this.#reconcile(key);
    } finally {
      work.leave(slot);
    }
  }

  async #reconcile(key: IssuerKey): Promise<ReconcileResult> {
    const { kind, issuer } = this.#find(key) ?? {};
    if (kind === undefined || issuer === undefined) {
      this.forget(key);
      if (kind !== undefined) this.#latest.get(kind)?.forget(placeOfIssuer(key).key);
      return {};
    }
    if (isIgnored(kind, issuer)) return {};
    const identity = identityOf(issuer);
    const hasChanged = this.#changed.delete(key);
    const known = this.#states.get(key);
    const isDue = hasChanged || checkDueInMs(known, identity, performance.now()) === 0;
    const isFirst = isDue && findCondition(issuer.status?.conditions, "Ready") === undefined;
    const begun = isFirst ? await this.#write(kind, issuer, { type: "initializing" }) : issuer;
    const state = isDue || known === undefined ? await this.#check(kind, issuer, key) : known;
    await this.#write(kind, begun, state.report);
    const requeueAfterMs = checkDueInMs(state, identity, performance.now());
    return requeueAfterMs === undefined ? {} : { requeueAfterMs };
  }

  async #check(kind: ServedKind, issuer: IssuerObject, key: IssuerKey): Promise<CheckState> {
    const before = this.#states.get(key);
    const report = await this.#calls.check({ kind, issuer, key });
    this.#metrics.checked(key, report);
    const latest = this.#states.get(key);
    // A fault reported while the check ran is newer than what the check has seen.
    if (latest?.isAtFault === true && latest.report !== before?.report) return latest;
    const after = afterCheck(latest, { ...identityOf(issuer), report }, { now: performance.now() });
    this.#states.set(key, after);
    if (latest?.isAtFault === true) this.#options.onRecovered(key);
    return after;
  }

  async sign(call: SignCall): Promise<Outcome> {
    const { issuer: key } = call;
    const { kind, issuer } = this.#find(key) ?? {};
    if (kind === undefined || issuer === undefined) {
      return { type: "transient", message: `${describeIssuer(key)} was deleted meanwhile` };
    }
    const outcome = await this.#calls.sign({ key, kind, issuer }, call);
    this.#change(key, (state) => afterCall(state, outcome));
    return outcome;
  }

  /** Returns the issuer as it is after the write. */
  async #write(
    kind: ServedKind,
    issuer: IssuerObject,
    report: IssuerReport,
  ): Promise<IssuerObject> {
    const { client, fieldOwner, logger, emitEvent } = this.#options;
    const status = issuerStatusToApply(issuer, report, new Date());
    if (status === undefined) return issuer;
    const { namespace, name, resourceVersion } = issuer.metadata;
    const metadata = {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    };
    try {
      const written = await client.applyStatus(kind.resource, { metadata, status }, { fieldOwner });
      this.#latest.get(kind)?.saw(written);
      const event = eventOfIssuerReport(report);
      if (event !== undefined) emitEvent(issuer, event);
      const where = { kind: kind.kind, namespace, name, report: report.type };
      logger.info(where, "Issuer status written");
      return written;
    } catch (error) {
      // Gone, or newer than the store knew: the watch tells, and the issuer is looked at again.
      if (isApiError(error, "NotFound") || isApiError(error, "Conflict")) return issuer;
      throw error;
    }
  }

  #find(key: IssuerKey): { kind: ServedKind; issuer: IssuerObject | undefined } | undefined {
    const { kind: name, group, key: objectKey } = placeOfIssuer(key);
    const kind = this.#options.kinds.find((each) => each.kind === name && each.group === group);
    if (kind === undefined) return undefined;
    return { kind, issuer: this.#latest.get(kind)?.get(objectKey) };
  }
}

function identityOf(issuer: IssuerObject): { uid: string; generation: number } {
  return { uid: issuer.metadata.uid ?? "", generation: issuer.metadata.generation ?? 0 };
}

function isIgnored(kind: DefinedKind | undefined, issuer: IssuerObject): boolean {
  return kind?.definition.ignoreIssuer?.(issuer) ?? false;
}

/** What a call of `sign()` tells of the issuer's health, apart from faults, which are reported. */
function afterCall(state: CheckState, outcome: Outcome): CheckState {
  switch (outcome.type) {
    case "issued":
    case "pending":
      return state.faults === 0 ? state : { ...state, faults: 0 };
    case "transient":
      return afterFailedCall(state);
    default:
      return state;
  }
}
