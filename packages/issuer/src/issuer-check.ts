import { type Backoff, backoffDelayMs } from "@countersign/kube";
import type { IssuerReport } from "./issuer-status.ts";

/**
 * What this process knows of an issuer's health beyond its status. It is lost with the process: a
 * restart checks every issuer anew.
 */
export interface CheckState {
  readonly uid: string;
  /** The generation that was checked last. */
  readonly generation: number;
  /** What the check, or a fault after it, has shown. */
  readonly report: IssuerReport;
  /** When it was checked last, on the clock of `now`. */
  readonly checkedAt: number;
  /** When to check again, on the clock of `now`; undefined: only once something changes. */
  readonly nextCheckAt: number | undefined;
  /** Failed checks in a row. */
  readonly failures: number;
  /**
   * Faults that `sign()` has reported since it last succeeded. A check that passes does not clear
   * them: an issuer whose check passes and whose signing fails must not be tried ever faster.
   */
  readonly faults: number;
  /** The last report is a fault of `sign()`, and no check has passed since. */
  readonly isAtFault: boolean;
  /** Certificates in a row that could not be published. */
  readonly refusals: number;
}

/** Delays before an issuer that is not ready is checked again. */
const CHECK_BACKOFF: Backoff = { initialMs: 1_000, maxMs: 300_000 };

/** A healthy issuer is checked again after 5 to 10 minutes, or when its time changes. */
const RECHECK: Backoff = { initialMs: 600_000, maxMs: 600_000 };

/** The state of an issuer that another process has checked, as far as this one must assume. */
export function assumeReady(issuer: { uid: string; generation: number }): CheckState {
  return {
    ...issuer,
    report: { type: "ready" },
    checkedAt: 0,
    nextCheckAt: 0,
    failures: 0,
    faults: 0,
    isAtFault: false,
    refusals: 0,
  };
}

/** When an issuer is due to be checked: 0 for now, undefined for never as it stands. */
export function checkDueInMs(
  state: CheckState | undefined,
  issuer: { uid: string; generation: number },
  now: number,
): number | undefined {
  if (state === undefined || state.uid !== issuer.uid || state.generation !== issuer.generation) {
    return 0;
  }
  return state.nextCheckAt === undefined ? undefined : Math.max(0, state.nextCheckAt - now);
}

/** The state after a check. */
export function afterCheck(
  before: CheckState | undefined,
  checked: { uid: string; generation: number; report: IssuerReport },
  clock: { now: number; random?: () => number },
): CheckState {
  const same = before?.uid === checked.uid ? before : undefined;
  const faults = same?.generation === checked.generation ? same.faults : 0;
  const failures = checked.report.type === "notReady" ? (same?.failures ?? 0) + 1 : 0;
  return {
    ...checked,
    failures,
    faults,
    isAtFault: false,
    refusals: same?.refusals ?? 0,
    checkedAt: clock.now,
    nextCheckAt: nextCheckAt(checked.report, failures, clock),
  };
}

function nextCheckAt(
  report: IssuerReport,
  failures: number,
  clock: { now: number; random?: () => number },
): number | undefined {
  switch (report.type) {
    case "ready":
    case "ending": {
      const { changesInMs = Number.POSITIVE_INFINITY } = report;
      return clock.now + Math.min(changesInMs, backoffDelayMs(RECHECK, 1, clock.random));
    }
    case "notReady":
      return clock.now + backoffDelayMs(CHECK_BACKOFF, failures, clock.random);
    case "failed":
    case "initializing":
      return undefined;
  }
}

/**
 * The state after `sign()` has called the issuer at fault. Of the calls that one incident fails, the
 * first counts: the others tell nothing new until a check has passed.
 */
export function afterFault(
  before: CheckState,
  message: string,
  clock: { now: number; random?: () => number },
): CheckState {
  if (before.isAtFault) return before;
  const faults = before.faults + 1;
  return {
    ...before,
    report: { type: "notReady", message },
    faults,
    isAtFault: true,
    nextCheckAt: clock.now + backoffDelayMs(CHECK_BACKOFF, faults, clock.random),
  };
}

/** How soon after a check one more may be made because calls of `sign()` fail. */
const SUSPICION_MS = 10_000;

/**
 * The state after `sign()` has failed for a reason that may be the CA's: the next check is brought
 * forward, so that an outage is found before it has cost the requests their budget.
 */
export function afterFailedCall(before: CheckState): CheckState {
  const { type } = before.report;
  if ((type !== "ready" && type !== "ending") || before.nextCheckAt === undefined) return before;
  return { ...before, nextCheckAt: Math.min(before.nextCheckAt, before.checkedAt + SUSPICION_MS) };
}

/** So many certificates in a row that cannot be published are no accident. */
const MOST_REFUSALS = 3;

/** The state after a certificate could not be published: several in a row are a fault of the issuer. */
export function afterRefusal(
  before: CheckState,
  message: string,
  clock: { now: number; random?: () => number },
): CheckState {
  const refusals = before.refusals + 1;
  const state = { ...before, refusals };
  if (refusals < MOST_REFUSALS) return state;
  const fault = `None of the CA's last ${refusals} certificates could be published. The latest: ${message}`;
  return afterFault(state, fault, clock);
}
