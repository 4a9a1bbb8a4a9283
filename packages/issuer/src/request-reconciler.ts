import { type KubeObject, objectKey, type ReconcileResult } from "@countersign/kube";
import { passGate } from "./certificate-gate.ts";
import { findCondition } from "./condition.ts";
import { decide, type IssuerView, type RequestView } from "./decide.ts";
import { EarlierOwners } from "./earlier-owners.ts";
import { IssuerFlows, TELL_TURN_AFTER_MS } from "./issuer-flows.ts";
import { type IssuerKey, type IssuerKind, placeOfIssuer } from "./issuer-ref.ts";
import type { MismatchPolicy } from "./mismatch-policy.ts";
import type { Issued, Json, Outcome } from "./outcome.ts";
import { ALL_SLOTS, type Ownership, ownAll } from "./ownership.ts";
import { type RequestPhase, uidOf } from "./request-kind.ts";
import { certificateEarly, deniedReference, unsignable } from "./request-report.ts";
import { type RequestTarget, RequestWriter, type RequestWriterOptions } from "./request-writer.ts";
import { type AttemptResult, judgeAttempt, nextAttemptInMs, type RetryLimits } from "./retry.ts";
import { idempotencyKeyOf, type SigningRequest } from "./signing-request.ts";
import type { Waiter } from "./waiting-line.ts";

/** One call of an author's `sign()`. */
export interface SignCall {
  readonly issuer: IssuerKey;
  readonly request: SigningRequest;
  readonly idempotencyKey: string;
  readonly attempt: number;
  readonly order?: Json;
  /** An earlier call may have reached the CA: it is to be asked before it is told to sign. */
  readonly mayBeIssued: boolean;
  /** Aborts when the request is gone. */
  readonly signal: AbortSignal;
}

/** What the reconciler needs of the issuers. */
export interface RequestIssuers {
  view(key: IssuerKey): IssuerView;
  /** Whether the issuer's author leaves a request to somebody else. */
  ignores(key: IssuerKey, request: KubeObject): boolean;
  /** How a certificate of this issuer is judged, and whether its CA is published beside it. */
  policyOf(key: IssuerKey): { readonly onMismatch: MismatchPolicy; readonly setCA: boolean };
  /** Calls the author's `sign()`; never throws. */
  sign(call: SignCall): Promise<Outcome>;
  /** Marks the issuer not Ready; its requests wait until a check succeeds. */
  reportFault(key: IssuerKey, message: string): void;
  /** Takes note of a certificate that could, or with a reason could not, be published. */
  reportGate(key: IssuerKey, refusal: string | undefined): void;
}

/** What a request reconciler works with. */
export interface RequestReconcilerOptions<T extends KubeObject>
  extends RetryLimits,
    Omit<RequestWriterOptions<T>, "isWritable" | "now"> {
  readonly kinds: readonly IssuerKind[];
  readonly issuers: RequestIssuers;
  /** Keeps the calls of each issuer within its limits. @default without limits */
  readonly flows?: IssuerFlows;
  /** What of the requests is this replica's. @default all of them */
  readonly ownership?: Ownership;
  /** Has a request looked at whose turn to be signed has come. */
  readonly enqueue?: (key: string) => void;
  /** Signs what no approver has looked at, for a cert-manager that has no approval. */
  readonly signUnapproved: boolean;
  /** @default () => new Date() */
  readonly now?: () => Date;
}

/**
 * What a call of `sign()` came to, kept until its write has landed: a certificate, or what there is
 * to say, an order at the CA among it.
 */
type Held = { readonly issued: Issued; readonly asked: SigningRequest } | AttemptResult;

const UNLIMITED = {
  limitsOf: () => ({ concurrency: Number.POSITIVE_INFINITY }),
  onChange: () => {},
};

/** When to look again at a request whose issuer has recovered between two decisions. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Takes one request as far as it can go now.
 *
 * Guarantees: what `sign()` returned is held, by uid, until its write has landed or the request is
 * gone: a failed write retries the write, never the CA. A call for a request that is gone is aborted,
 * and what it still returns is written nowhere.
 *
 * Assumptions: no key is reconciled twice at once (the workqueue's guarantee), and no other process
 * works in the slots that this one owns. Requests of other slots are left alone.
 */
export class RequestReconciler<T extends KubeObject> {
  readonly #options: RequestReconcilerOptions<T>;
  readonly #writer: RequestWriter<T>;
  readonly #flows: IssuerFlows;
  readonly #held = new Map<string, Held>();
  /** Calls under way, by the request's uid. */
  readonly #calls = new Map<string, AbortController>();
  readonly #ownership: Ownership;
  readonly #earlier = new EarlierOwners<T>((request) => this.#slotOf(request));

  constructor(options: RequestReconcilerOptions<T>) {
    this.#options = options;
    this.#flows = options.flows ?? new IssuerFlows(UNLIMITED);
    this.#ownership = options.ownership ?? ownAll();
    const isWritable = (request: T): boolean => this.#phaseOf(request) !== "unapproved";
    this.#writer = new RequestWriter({ ...options, isWritable, now: () => this.#now() });
  }

  /** Takes note of a request as the watch tells it. */
  told(request: T, { isListed }: { isListed: boolean }): void {
    this.#earlier.told(request, { isListed });
  }

  /**
   * Takes slots over from another process, at a version of the collection: whatever the watch tells of
   * them that is not newer is read live before anything is decided on it.
   */
  takeOver(resourceVersion: string, slots: readonly number[] = ALL_SLOTS): void {
    this.#earlier.takeOver(resourceVersion, slots, this.#options.requests.list());
  }

  /** Undefined where the request refers to nobody's issuer that is served. */
  #slotOf(request: T): number | undefined {
    const issuer = this.#options.kind.referredIssuer(request, this.#options.kinds);
    if (issuer === undefined) return undefined;
    return this.#ownership.map.slotOfRequest(issuer, uidOf(request));
  }

  /** Lets go of a request that is finished or gone, as the watch has told. */
  forget(key: string, uid: string | undefined): void {
    this.#writer.latest.forget(key);
    this.#flows.forget(this.#idOf(key));
    if (uid === undefined) return;
    this.#letGo(uid);
    this.#earlier.forget(uid);
    this.#calls.get(uid)?.abort(new Error("The request is gone"));
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    try {
      return await this.#reconcileOwned(this.#writer.latest.get(key));
    } finally {
      this.#flows.leave(this.#idOf(key));
    }
  }

  /** Leaves a request alone that another replica owns, or will as soon as what is begun here has ended. */
  async #reconcileOwned(known: T | undefined): Promise<ReconcileResult> {
    const { work } = this.#ownership;
    const slot = known && this.#slotOf(known);
    if (known === undefined || slot === undefined) return {};
    if (!work.enter(slot, { isBegun: this.#held.has(uidOf(known)) })) {
      this.#flows.forget(this.#idOf(objectKey(known.metadata)));
      return {};
    }
    try {
      return await this.#reconcile(known);
    } finally {
      work.leave(slot);
    }
  }

  async #reconcile(known: T): Promise<ReconcileResult> {
    const request = await this.#upToDate(known);
    if (request === undefined) return {};
    const issuer = this.#options.kind.referredIssuer(request, this.#options.kinds);
    if (issuer === undefined) return {};
    const target = { request, issuer };
    // What is held was meant for an open request: of one that was denied meanwhile it is not said.
    const held = this.#phaseOf(request) === "open" ? this.#held.get(uidOf(request)) : undefined;
    return held === undefined ? this.#decide(target) : this.#writeHeld(target, held);
  }

  async #upToDate(request: T): Promise<T | undefined> {
    if (!this.#earlier.isDoubtful(request)) return request;
    const live = await this.#writer.readLive(request);
    this.#earlier.readLive(uidOf(request));
    return live;
  }

  async #decide(target: RequestTarget<T>): Promise<ReconcileResult> {
    const { issuers } = this.#options;
    const view = this.#view(target);
    const issuer = issuers.view(target.issuer);
    const decision = decide(view, issuer);
    if (decision.do === "nothing") return {};
    if (decision.do === "markDenied") return this.#keep(target, { report: { type: "denied" } });
    if (!(await this.#mayRefer(target))) {
      return this.#keep(target, { report: deniedReference(target.issuer) });
    }
    if (decision.do === "sign") return this.#sign(target, issuer);
    await this.#writer.write(target, { ...decision, type: "waiting" });
    return decision.because === "issuer held back" ? this.#standInLine(target) : {};
  }

  #view({ request, issuer }: RequestTarget<T>): RequestView {
    const { issuers } = this.#options;
    const isIgnored = issuers.ignores(issuer, request);
    const heldBack = this.#flows.heldBack(issuer, this.#idOf(objectKey(request.metadata)));
    return { phase: this.#phaseOf(request), isIgnored, heldBack };
  }

  /** Where it may call by now, it is looked at again. */
  #standInLine(target: RequestTarget<T>): ReconcileResult {
    const call = this.#flows.enter(target.issuer, this.#waiterOf(target));
    call?.end({ type: "aborted" });
    return call === undefined ? {} : { requeueAfterMs: 0 };
  }

  #waiterOf({ request }: RequestTarget<T>): Waiter {
    const { kind, enqueue } = this.#options;
    const { namespace = "", creationTimestamp: createdAt = "" } = request.metadata;
    const key = objectKey(request.metadata);
    const approvedAt = kind.approvedAt(request) ?? createdAt;
    return { id: this.#idOf(key), namespace, approvedAt, createdAt, wake: () => enqueue?.(key) };
  }

  #idOf(key: string): string {
    return `${this.#options.kind.resource.plural}/${key}`;
  }

  #phaseOf(request: T): RequestPhase {
    const { kind, signUnapproved } = this.#options;
    const phase = kind.phaseOf(request);
    const isLegacy = signUnapproved && kind.isFromBeforeApproval?.(request) === true;
    return phase === "unapproved" && isLegacy ? "open" : phase;
  }

  async #mayRefer({ request, issuer }: RequestTarget<T>): Promise<boolean> {
    const { kind, client } = this.#options;
    return (await kind.mayRefer?.(client, request, issuer)) ?? true;
  }

  async #sign(target: RequestTarget<T>, view: IssuerView): Promise<ReconcileResult> {
    const { request, issuer } = target;
    const { kind, issuers, retryBudgetMs, maxPendingMs } = this.#options;
    const before = kind.attemptOf(request, placeOfIssuer(issuer).group);
    const startedAt = this.#now();
    const standing = this.#flows.standing(issuer);
    const readyFrom = later(readySince(view), standing?.since);
    const waitMs = nextAttemptInMs(before, { now: startedAt, issuerReadySince: readyFrom });
    if (waitMs > 0) return { requeueAfterMs: waitMs };
    const call = this.#flows.enter(issuer, this.#waiterOf(target));
    // One by one: those that stand in line together are not to be told of it together.
    if (call === undefined) return { requeueAfterMs: TELL_TURN_AFTER_MS * (1 + Math.random()) };
    let asked: SigningRequest;
    try {
      asked = kind.readSigningRequest(request);
    } catch (error) {
      call.end({ type: "aborted" });
      return this.#keep(target, { report: unsignable(error) });
    }
    const outcome = await this.#call(target, asked, before);
    call.end(outcome);
    switch (outcome.type) {
      case "issued":
        return this.#keep(target, { issued: outcome, asked });
      case "aborted":
        return {};
      case "issuerAtFault":
        this.#earlier.asked(uidOf(request));
        issuers.reportFault(issuer, outcome.message);
        return this.#waitForIssuer(target);
      case "pending":
      case "transient":
      case "permanent":
        return this.#keep(
          target,
          judgeAttempt(outcome, {
            before,
            startedAt,
            endedAt: this.#now(),
            // While the breaker is not closed, no wait is charged.
            issuerReadySince: standing?.isClosed === false ? startedAt : readyFrom,
            retryBudgetMs,
            maxPendingMs,
          }),
        );
    }
  }

  async #call(
    { request, issuer }: RequestTarget<T>,
    asked: SigningRequest,
    before: { attempts: number; order?: Json } | undefined,
  ): Promise<Outcome> {
    const uid = uidOf(request);
    // It may have gone, or been denied, while it was looked at: there was no call yet to abort.
    if (!this.#isStillOpen(request)) return { type: "aborted" };
    const controller = new AbortController();
    this.#calls.set(uid, controller);
    try {
      return await this.#options.issuers.sign({
        issuer,
        request: asked,
        idempotencyKey: idempotencyKeyOf(asked),
        attempt: (before?.attempts ?? 0) + 1,
        mayBeIssued: before !== undefined || this.#earlier.mayHaveAsked(uid),
        signal: controller.signal,
        ...(before?.order === undefined ? {} : { order: before.order }),
      });
    } finally {
      this.#calls.delete(uid);
    }
  }

  #isStillOpen(request: T): boolean {
    const latest = this.#writer.latest.get(objectKey(request.metadata));
    return (
      latest !== undefined && uidOf(latest) === uidOf(request) && this.#phaseOf(latest) === "open"
    );
  }

  /** Tells the request of the fault in the words that its issuer will have for it. */
  async #waitForIssuer(target: RequestTarget<T>): Promise<ReconcileResult> {
    const decision = decide(this.#view(target), this.#options.issuers.view(target.issuer));
    if (decision.do !== "wait") return { requeueAfterMs: LOOK_AGAIN_MS };
    await this.#writer.write(target, { ...decision, type: "waiting" });
    return {};
  }

  /** Writes what there is to say, and holds it until it is written. */
  #keep(target: RequestTarget<T>, held: Held): Promise<ReconcileResult> {
    const uid = uidOf(target.request);
    this.#held.set(uid, held);
    this.#ownership.work.hold(this.#ownership.map.slotOfRequest(target.issuer, uid), uid);
    return this.#writeHeld(target, held);
  }

  #letGo(uid: string): void {
    this.#held.delete(uid);
    this.#ownership.work.letGo(uid);
  }

  async #writeHeld(target: RequestTarget<T>, held: Held): Promise<ReconcileResult> {
    if ("issued" in held) return this.#publish(target, held.issued, held.asked);
    await this.#writer.write(target, held.report);
    this.#letGo(uidOf(target.request));
    const { requeueAfterMs } = held;
    return requeueAfterMs === undefined ? {} : { requeueAfterMs };
  }

  /** Writes a certificate that passes the gate; one that does not is the end of the request. */
  async #publish(
    target: RequestTarget<T>,
    issued: Issued,
    asked: SigningRequest,
  ): Promise<ReconcileResult> {
    const { issuers } = this.#options;
    const { onMismatch, setCA } = issuers.policyOf(target.issuer);
    const verdict = passGate(issued, { asked, policy: onMismatch, now: this.#now() });
    switch (verdict.gate) {
      case "early":
        await this.#writer.write(target, certificateEarly(verdict.notBefore));
        return { requeueAfterMs: verdict.notBefore.getTime() - this.#now().getTime() };
      case "refused":
        issuers.reportGate(target.issuer, verdict.message);
        return this.#keep(target, { report: { type: "failed", message: verdict.message } });
      case "passed": {
        const { gate: _, caPem, ...passed } = verdict;
        const ca = setCA && caPem !== undefined ? { caPem } : {};
        await this.#writer.write(target, { type: "issued", ...passed, ...ca });
        this.#letGo(uidOf(target.request));
        issuers.reportGate(target.issuer, undefined);
        return {};
      }
    }
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }
}

function later(a: Date | undefined, b: Date | undefined): Date | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? b : a;
}

function readySince({ issuer }: IssuerView): Date | undefined {
  const ready = findCondition(issuer?.status?.conditions, "Ready");
  return ready?.lastTransitionTime === undefined ? undefined : new Date(ready.lastTransitionTime);
}
