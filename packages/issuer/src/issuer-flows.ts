import type { FlowLimits } from "./flow-limits.ts";
import {
  afterBegin,
  afterEnd,
  afterRenewal,
  decideFlow,
  type FlowDecision,
  type HoldBack,
  IDLE,
  type IssuerFlow,
} from "./issuer-flow.ts";
import type { IssuerKey } from "./issuer-ref.ts";
import type { Outcome } from "./outcome.ts";
import { type Waiter, WaitingLine } from "./waiting-line.ts";

/** A call that may be made now. */
export interface AdmittedCall {
  /** To be told once the call has ended. */
  end(outcome: Outcome): void;
}

/** Since when an issuer's breaker is closed, or is not. */
export interface BreakerStanding {
  readonly isClosed: boolean;
  readonly since: Date;
}

/** What the keeper of the flows works with. */
export interface IssuerFlowsOptions {
  readonly limitsOf: (issuer: IssuerKey) => FlowLimits;
  /** Has all open requests of an issuer looked at: they are held back from now on, or no longer. */
  readonly onChange: (issuer: IssuerKey) => void;
  /** Milliseconds on a clock that never goes back. @default performance.now */
  readonly now?: () => number;
  /** The clock on the wall, for what is told. @default () => new Date() */
  readonly date?: () => Date;
  /** @default Math.random */
  readonly random?: () => number;
}

/** The flow of one issuer, and who is in it. */
interface Kept {
  flow: IssuerFlow;
  limits: FlowLimits;
  readonly line: WaitingLine;
  /** Those who were woken to make a call, and have not begun it yet. */
  readonly promised: Set<string>;
  standing: BreakerStanding | undefined;
  timer: NodeJS.Timeout | undefined;
}

/**
 * How long a request stands in line before that is told, in milliseconds. The line of a CA that
 * answers is over by then, and costs no write.
 */
export const TELL_TURN_AFTER_MS = 30_000;

/**
 * Keeps the calls of each issuer's CA within its limits: whoever may not call stands in line without
 * holding a worker, and is woken when it may.
 *
 * Guarantees: while somebody stands in line, either the limit is reached by calls under way and by
 * those who were woken, or a timer is set. Whoever was woken and makes no call gives its turn back by
 * `leave`, so that no turn is lost.
 */
export class IssuerFlows {
  readonly #options: IssuerFlowsOptions;
  readonly #kept = new Map<IssuerKey, Kept>();
  /** Where each who is in line or woken is. */
  readonly #places = new Map<string, Kept>();
  /** Since when each of them is there. */
  readonly #since = new Map<string, number>();

  constructor(options: IssuerFlowsOptions) {
    this.#options = options;
  }

  /** Why a request of the issuer is held back, where that is worth telling. */
  heldBack(issuer: IssuerKey, id: string): HoldBack | undefined {
    const kept = this.#kept.get(issuer);
    if (kept === undefined) return undefined;
    const decision = this.#decide(kept, kept.promised.has(id) ? 1 : 0);
    if (decision.do === "call") return undefined;
    if (decision.because === "breaker") return decision;
    if (decision.because === "patience") return decision.patience.isLong ? decision : undefined;
    const waitedMs = this.#now() - (this.#since.get(id) ?? this.#now());
    return waitedMs < TELL_TURN_AFTER_MS ? undefined : { because: "turn", limits: kept.limits };
  }

  /** Since when the breaker of an issuer is as it is; undefined where it never opened. */
  standing(issuer: IssuerKey): BreakerStanding | undefined {
    return this.#kept.get(issuer)?.standing;
  }

  /** Lets a call be made, or has the request stand in line: it is woken when its turn has come. */
  enter(issuer: IssuerKey, waiter: Waiter): AdmittedCall | undefined {
    const kept = this.#keptOf(issuer);
    kept.promised.delete(waiter.id);
    if (this.#decide(kept).do === "wait") {
      kept.line.join(waiter);
      this.#places.set(waiter.id, kept);
      if (!this.#since.has(waiter.id)) this.#since.set(waiter.id, this.#now());
      this.#serve(kept);
      return undefined;
    }
    kept.line.leave(waiter.id);
    this.#places.delete(waiter.id);
    this.#since.delete(waiter.id);
    const isProbe = kept.flow.breaker.is !== "closed";
    kept.flow = afterBegin(kept.flow, kept.limits, this.#now());
    return { end: (outcome) => this.#end(issuer, kept, { outcome, isProbe, request: waiter.id }) };
  }

  /** Gives the turn of a request back that was woken and makes no call. */
  leave(id: string): void {
    const kept = this.#places.get(id);
    if (kept === undefined || !kept.promised.delete(id)) return;
    this.#places.delete(id);
    this.#since.delete(id);
    this.#serve(kept);
  }

  /** Lets go of a request that is gone. */
  forget(id: string): void {
    this.#places.get(id)?.line.leave(id);
    this.leave(id);
    this.#places.delete(id);
    this.#since.delete(id);
  }

  /** Tries the CA of an issuer at once that has changed, or has become ready. */
  renew(issuer: IssuerKey): void {
    const kept = this.#kept.get(issuer);
    if (kept === undefined) return;
    kept.flow = afterRenewal(kept.flow);
    this.#serve(kept);
  }

  /** Asks for the limits again: this process may have another part of the requests now. */
  limitsChanged(): void {
    for (const [issuer, kept] of this.#kept) {
      kept.limits = this.#options.limitsOf(issuer);
      this.#serve(kept);
    }
  }

  /** Lets go of an issuer that is gone, unless something of it is still under way. */
  forgetIssuer(issuer: IssuerKey): void {
    const kept = this.#kept.get(issuer);
    if (kept === undefined || kept.flow.calls + kept.line.size + kept.promised.size > 0) return;
    clearTimeout(kept.timer);
    this.#kept.delete(issuer);
  }

  #keptOf(issuer: IssuerKey): Kept {
    const kept = this.#kept.get(issuer) ?? {
      flow: IDLE,
      limits: this.#options.limitsOf(issuer),
      line: new WaitingLine(),
      promised: new Set<string>(),
      standing: undefined,
      timer: undefined,
    };
    this.#kept.set(issuer, kept);
    return kept;
  }

  #decide({ flow, limits, promised }: Kept, own = 0): FlowDecision {
    return decideFlow(flow, limits, { promised: promised.size - own, now: this.#now() });
  }

  #end(
    issuer: IssuerKey,
    kept: Kept,
    call: { outcome: Outcome; isProbe: boolean; request: string },
  ): void {
    const { outcome, ...rest } = call;
    const before = kept.flow;
    const { date = () => new Date(), random = Math.random } = this.#options;
    const clock = { now: this.#now(), date: date(), random };
    kept.flow = afterEnd(before, { ...rest, ...tellingOf(outcome) }, clock);
    const wasClosed = before.breaker.is === "closed";
    const isClosed = kept.flow.breaker.is === "closed";
    if (wasClosed !== isClosed) kept.standing = { isClosed, since: clock.date };
    const isNewlyPatient = kept.flow.patience?.isLong && kept.flow.patience !== before.patience;
    this.#serve(kept);
    if (wasClosed !== isClosed || (isClosed && isNewlyPatient)) this.#options.onChange(issuer);
  }

  /** Wakes as many as may call, and sets a timer for the others where time alone lets them. */
  #serve(kept: Kept): void {
    clearTimeout(kept.timer);
    kept.timer = undefined;
    while (kept.line.size > 0) {
      const decision = this.#decide(kept);
      if (decision.do === "wait") {
        if (decision.until === undefined) return;
        const delayMs = Math.max(1, Math.ceil(decision.until - this.#now()));
        kept.timer = setTimeout(() => this.#serve(kept), delayMs).unref();
        return;
      }
      const waiter = kept.line.next();
      if (waiter === undefined) return;
      kept.promised.add(waiter.id);
      waiter.wake();
    }
  }

  #now(): number {
    return this.#options.now?.() ?? performance.now();
  }
}

/** What an outcome tells of the CA: a fault of the issuer may have been found without it. */
function tellingOf(outcome: Outcome): {
  result: "answered" | "failed" | "neither";
  message: string;
  retryAfterMs?: number | undefined;
} {
  switch (outcome.type) {
    case "issued":
    case "pending":
    case "permanent":
      return { result: "answered", message: "" };
    case "transient":
      return {
        result: "failed",
        message: outcome.message,
        retryAfterMs: outcome.retryAfterMs,
      };
    case "issuerAtFault":
    case "aborted":
      return { result: "neither", message: "" };
  }
}
