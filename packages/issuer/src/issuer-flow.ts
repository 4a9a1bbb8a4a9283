import { type TokenBucket, takeToken, tokensAt } from "@countersign/kube";
import {
  afterCallBegan,
  afterCallEnded,
  type Breaker,
  breakerAt,
  CLOSED,
  callsAllowed,
  type EndedCall,
  retried,
} from "./breaker.ts";
import type { FlowLimits } from "./flow-limits.ts";

/** Why an issuer's requests are held back, and told so. */
export type HoldBack =
  | { readonly because: "patience"; readonly patience: Patience }
  | { readonly because: "breaker"; readonly message: string }
  /** It stands in line, for so long that somebody may ask. */
  | { readonly because: "turn"; readonly limits: FlowLimits };

/** What is known of the calls of one issuer's CA. Times are of a clock that never goes back. */
export interface IssuerFlow {
  /** Calls under way. */
  readonly calls: number;
  readonly breaker: Breaker;
  readonly bucket?: TokenBucket;
  /** The CA has asked to be left alone. */
  readonly patience?: Patience;
}

/** What a CA has asked for with Retry-After. */
export interface Patience {
  readonly until: number;
  /** The same on the wall. */
  readonly untilDate: Date;
  /** In what words it asked. */
  readonly message: string;
  /** It is long enough for the requests to be told. */
  readonly isLong: boolean;
}

/** Whether one more call may be made; if not, why, and when to look again though no call has ended. */
export type FlowDecision =
  | { readonly do: "call" }
  | ({ readonly do: "wait"; readonly until?: number } & WaitForCall);

/** What a call can wait for. */
type WaitForCall =
  | { readonly because: "concurrency" | "rate" }
  | { readonly because: "patience"; readonly patience: Patience }
  | { readonly because: "breaker"; readonly message: string };

/** The flow of an issuer that has called nothing yet. */
export const IDLE: IssuerFlow = { calls: 0, breaker: CLOSED };

/**
 * Decides whether one more call may be made.
 *
 * `promised` calls are counted as if they were under way: whoever was told to make them is on its way.
 */
export function decideFlow(
  flow: IssuerFlow,
  limits: FlowLimits,
  { promised, now }: { promised: number; now: number },
): FlowDecision {
  const breaker = breakerAt(flow.breaker, now);
  const { patience } = flow;
  const isPatient = patience !== undefined && now < patience.until;
  if (breaker.is !== "closed") {
    const { message } = breaker;
    const until = Math.max(
      breaker.is === "open" ? breaker.until : 0,
      isPatient ? patience.until : 0,
    );
    if (until > 0) return { do: "wait", because: "breaker", message, until };
    if (promised >= callsAllowed(breaker)) return { do: "wait", because: "breaker", message };
  } else if (isPatient) {
    return { do: "wait", because: "patience", patience, until: patience.until };
  }
  const allowed = breaker.is === "closed" ? callsAllowed(breaker) : Number.POSITIVE_INFINITY;
  if (flow.calls + promised >= Math.min(limits.concurrency, allowed)) {
    return { do: "wait", because: "concurrency" };
  }
  return decideRate(flow, limits, { promised, now });
}

function decideRate(
  { bucket }: IssuerFlow,
  { rate }: FlowLimits,
  { promised, now }: { promised: number; now: number },
): FlowDecision {
  const missing = rate === undefined ? 0 : promised + 1 - tokensAt(rate, bucket, now);
  return rate === undefined || missing <= 0
    ? { do: "call" }
    : { do: "wait", because: "rate", until: now + Math.ceil(missing * rate.refillMs) };
}

/** The flow after a call has begun. */
export function afterBegin(flow: IssuerFlow, limits: FlowLimits, now: number): IssuerFlow {
  const breaker = afterCallBegan(breakerAt(flow.breaker, now));
  const bucket = limits.rate && takeToken(limits.rate, flow.bucket, now);
  return { ...flow, calls: flow.calls + 1, breaker, ...(bucket && { bucket }) };
}

/** The flow after a call has ended, and the CA may have asked for patience. */
export function afterEnd(
  flow: IssuerFlow,
  call: Omit<EndedCall, "others"> & { readonly retryAfterMs?: number | undefined },
  clock: { now: number; date: Date; random?: () => number },
): IssuerFlow {
  const calls = flow.calls - 1;
  const breaker = afterCallEnded(
    breakerAt(flow.breaker, clock.now),
    { ...call, others: calls },
    clock,
  );
  return patient({ ...flow, calls, breaker }, call, clock);
}

/** The longest that one answer holds a whole issuer back. */
const LONGEST_PATIENCE_MS = 300_000;
/** Nobody is told of less: it is over before they read it. */
const SHORTEST_TOLD_MS = 5_000;
/** Calls that were under way together are answered about together: one of them counts. */
const SLACK_MS = 1_000;
/** The part of a delay that is added at random, so that the issuers of one CA come back one by one. */
const JITTER = 0.1;

function patient(
  flow: IssuerFlow,
  { retryAfterMs = 0, message }: { retryAfterMs?: number | undefined; message: string },
  { now, date, random = Math.random }: { now: number; date: Date; random?: () => number },
): IssuerFlow {
  if (retryAfterMs <= 0) return flow;
  const askedMs = Math.min(retryAfterMs, LONGEST_PATIENCE_MS);
  if (flow.patience !== undefined && now + askedMs <= flow.patience.until) return flow;
  const slackMs = Math.min(SLACK_MS, askedMs);
  const delayMs = askedMs + slackMs + askedMs * JITTER * random();
  const patience = {
    until: now + delayMs,
    untilDate: new Date(date.getTime() + delayMs),
    message,
    isLong: askedMs >= SHORTEST_TOLD_MS,
  };
  return { ...flow, patience };
}

/** The flow after its issuer has changed or recovered: the CA may be another, and is tried at once. */
export function afterRenewal({ patience: _, ...flow }: IssuerFlow): IssuerFlow {
  return { ...flow, breaker: retried(flow.breaker) };
}
