import { type Backoff, backoffDelayMs } from "@countersign/kube";

/**
 * A circuit breaker for the calls of one CA:
 *
 * - `closed`: calls are made. After an opening only one more at a time than have been answered since,
 *   so that a CA that has just come back is not overrun.
 * - `open`: no call is made.
 * - `halfOpen`: one call at a time is made, to see whether the CA answers again.
 */
export type Breaker =
  | {
      readonly is: "closed";
      /** Failed calls in a row. */
      readonly failures: number;
      /** The request whose call was the first of them. */
      readonly firstFailed?: string;
      /** They are of more than one request: not one request is at fault, but the CA. */
      readonly isShared: boolean;
      readonly allowed: number;
    }
  | ({ readonly is: "open"; readonly until: number } & Incident)
  | ({ readonly is: "halfOpen"; readonly probes: number } & Incident);

/** What has opened a breaker; the same until it closes. */
interface Incident {
  /** The message of the call that has opened it. */
  readonly message: string;
  readonly openings: number;
}

/** How a call has ended, for a breaker: `neither` says nothing of the CA. */
export interface EndedCall {
  readonly result: "answered" | "failed" | "neither";
  readonly isProbe: boolean;
  /** Tells one request from another. */
  readonly request: string;
  readonly message: string;
  /** Calls that are still under way. */
  readonly others: number;
}

/** The breaker of a CA that has not failed. */
export const CLOSED: Breaker = {
  is: "closed",
  failures: 0,
  isShared: false,
  allowed: Number.POSITIVE_INFINITY,
};

/** So many calls that fail in a row open the breaker. */
export const FAILURES_TO_OPEN = 5;

/** How long it stays open, before jitter: longer each time that a probe fails. */
const OPEN_FOR: Backoff = { initialMs: 5_000, maxMs: 120_000 };

/** How many calls may be under way: while it is half open, of those made to probe. */
export function callsAllowed(breaker: Breaker): number {
  switch (breaker.is) {
    case "closed":
      return breaker.allowed;
    case "open":
      return 0;
    case "halfOpen":
      return 1 - breaker.probes;
  }
}

/** The breaker as it is at a time: what was open long enough is half open. */
export function breakerAt(breaker: Breaker, now: number): Breaker {
  return breaker.is === "open" && breaker.until <= now ? halfOpen(breaker) : breaker;
}

/** Lets a probe be made at once, because there is reason to think that the CA answers again. */
export function retried(breaker: Breaker): Breaker {
  return breaker.is === "open" ? halfOpen(breaker) : breaker;
}

function halfOpen({ message, openings }: Incident): Breaker {
  return { is: "halfOpen", probes: 0, message, openings };
}

/** The breaker after a call has begun. */
export function afterCallBegan(breaker: Breaker): Breaker {
  return breaker.is === "halfOpen" ? { ...breaker, probes: breaker.probes + 1 } : breaker;
}

/**
 * The breaker after a call has ended. Any answer closes it. Of the calls that fail, those that began
 * before it opened count no more.
 */
export function afterCallEnded(
  breaker: Breaker,
  call: EndedCall,
  clock: { now: number; random?: () => number },
): Breaker {
  switch (call.result) {
    case "answered":
      return answered(breaker, call.others);
    case "failed":
      return failed(breaker, call, clock);
    case "neither":
      return call.isProbe && breaker.is === "halfOpen"
        ? { ...breaker, probes: breaker.probes - 1 }
        : breaker;
  }
}

/** Of the calls that began before it opened, some may never end: they are allowed for. */
function answered(breaker: Breaker, others: number): Breaker {
  const allowed = breaker.is === "closed" ? breaker.allowed + 1 : others + 2;
  return { is: "closed", failures: 0, isShared: false, allowed };
}

function failed(
  breaker: Breaker,
  call: EndedCall,
  clock: { now: number; random?: () => number },
): Breaker {
  switch (breaker.is) {
    case "closed": {
      const failures = breaker.failures + 1;
      const firstFailed = breaker.firstFailed ?? call.request;
      const isShared = breaker.isShared || firstFailed !== call.request;
      if (failures < FAILURES_TO_OPEN || !isShared) {
        return { ...breaker, failures, firstFailed, isShared };
      }
      return open({ message: call.message, openings: 1 }, clock);
    }
    case "open":
      return breaker;
    case "halfOpen":
      return call.isProbe
        ? open({ message: breaker.message, openings: breaker.openings + 1 }, clock)
        : breaker;
  }
}

function open(incident: Incident, clock: { now: number; random?: () => number }): Breaker {
  const until = clock.now + backoffDelayMs(OPEN_FOR, incident.openings, clock.random);
  return { is: "open", until, ...incident };
}
