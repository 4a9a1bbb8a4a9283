import { type Backoff, backoffDelayMs } from "@countersign/kube";
import type { AttemptState } from "./attempt-state.ts";
import { formatGoDuration } from "./go-duration.ts";
import type { AttemptOutcome, PendingOutcome, TransientOutcome } from "./outcome.ts";
import type { RequestReport } from "./request-report.ts";

/** What one call of `sign()` came to, for the request. */
export interface AttemptResult {
  readonly report: RequestReport;
  /** When to look at the request again; without it nothing more is to be done now. */
  readonly requeueAfterMs?: number;
}

/** How long a request may take, apart from what it waits for its issuer. */
export interface RetryLimits {
  /** How long failing calls are repeated. */
  readonly retryBudgetMs: number;
  /** How long the CA may take over an order; without it as long as it likes. */
  readonly maxPendingMs?: number | undefined;
}

/** What the judgement of a call depends on besides its outcome. */
export interface AttemptContext extends RetryLimits {
  /** The state before the call. */
  readonly before: AttemptState | undefined;
  readonly startedAt: Date;
  readonly endedAt: Date;
  /** Since when the issuer is ready, as its condition tells. */
  readonly issuerReadySince?: Date | undefined;
  /** @default Math.random */
  readonly random?: () => number;
}

/** Delays between calls, made for a CA rather than for Kubernetes. */
const SIGN_BACKOFF: Backoff = { initialMs: 1_000, maxMs: 300_000 };

/**
 * How long the next call must wait. An issuer that has become ready after the last call has passed a
 * check since then, so that the delay which that call has earned is void.
 */
export function nextAttemptInMs(
  state: AttemptState | undefined,
  context: { now: Date; issuerReadySince?: Date | undefined },
): number {
  if (state === undefined || hasRecovered(state, context.issuerReadySince)) return 0;
  const nextMs = Date.parse(state.nextAttemptTime);
  // A clock that was set back since must not make the wait longer than it was planned.
  const plannedMs = nextMs - Date.parse(state.lastAttemptTime);
  return Math.max(0, Math.min(plannedMs, nextMs - context.now.getTime()));
}

function hasRecovered(state: AttemptState, issuerReadySince: Date | undefined): boolean {
  const isOrdered = state.pendingSince !== undefined;
  return !isOrdered && (issuerReadySince?.getTime() ?? 0) > Date.parse(state.lastAttemptTime);
}

/**
 * Judges a call that has not issued: is the request told to wait, and how long, or has it failed?
 *
 * The retry budget is spent by failed calls and by the waits after them. Time in which nothing could
 * be tried, because the issuer was not ready or this program not running, costs nothing: of a wait
 * counts what the issuer was ready in, and no more than was planned.
 */
export function judgeAttempt(outcome: AttemptOutcome, context: AttemptContext): AttemptResult {
  switch (outcome.type) {
    case "permanent":
      return {
        report: {
          type: "failed",
          message: `Signing was refused, and asking again for the same will not help: ${outcome.message}`,
        },
      };
    case "pending":
      return waitForOrder(outcome, context);
    case "transient":
      return retry(outcome, context);
  }
}

function waitForOrder(outcome: PendingOutcome, context: AttemptContext): AttemptResult {
  const { before, endedAt, maxPendingMs = Number.POSITIVE_INFINITY } = context;
  const {
    retryAfterMs,
    order,
    message = "it has not issued yet, and is asked again by itself",
  } = outcome;
  const pendingSince = before?.pendingSince ?? endedAt.toISOString();
  const leftMs = maxPendingMs - (endedAt.getTime() - Date.parse(pendingSince));
  if (leftMs <= 0) {
    const message = `The CA has not issued within ${formatGoDuration(maxPendingMs)}, the longest that an order may take here: find out what holds it up there, or raise --max-pending-duration.`;
    return { report: { type: "failed", message } };
  }
  const delayMs = Math.min(retryAfterMs, leftMs);
  const attempt = advance(context, { delayMs, spentMs: spentBeforeMs(context) });
  return {
    report: {
      type: "waiting",
      because: "order pending",
      message: `Waiting for the CA: ${message}`,
      attempt: { ...attempt, pendingSince, ...(order === undefined ? {} : { order }) },
    },
    requeueAfterMs: delayMs,
  };
}

function retry(outcome: TransientOutcome, context: AttemptContext): AttemptResult {
  const { before, startedAt, endedAt, retryBudgetMs, random } = context;
  const attempts = (before?.attempts ?? 0) + 1;
  const spentMs = spentBeforeMs(context) + endedAt.getTime() - startedAt.getTime();
  const leftMs = retryBudgetMs - spentMs;
  if (leftMs <= 0) {
    const count = attempts === 1 ? "1 attempt" : `${attempts} attempts`;
    const message = `Signing failed after ${count}, the retry budget of ${formatGoDuration(retryBudgetMs)} (--max-retry-duration) is spent. The last attempt: ${outcome.message}`;
    return { report: { type: "failed", message } };
  }
  const delayMs =
    outcome.retryAfterMs ?? Math.min(leftMs, backoffDelayMs(SIGN_BACKOFF, attempts, random));
  return {
    report: {
      type: "waiting",
      because: "attempt failed",
      message: `Signing failed and will be tried again: ${outcome.message}`,
      attempt: advance(context, { delayMs, spentMs }),
    },
    requeueAfterMs: delayMs,
  };
}

/** The budget spent before this call: what is stored, and of the wait since then what counts. */
function spentBeforeMs({ before, startedAt, issuerReadySince }: AttemptContext): number {
  if (before === undefined) return 0;
  if (before.pendingSince !== undefined) return before.budgetSpentMs;
  const lastMs = Date.parse(before.lastAttemptTime);
  const plannedMs = Date.parse(before.nextAttemptTime) - lastMs;
  const readyFromMs = Math.max(lastMs, issuerReadySince?.getTime() ?? 0);
  const waitedMs = Math.max(0, Math.min(plannedMs, startedAt.getTime() - readyFromMs));
  return before.budgetSpentMs + waitedMs;
}

function advance(
  context: AttemptContext,
  options: { delayMs: number; spentMs: number },
): AttemptState {
  const { before, startedAt, endedAt } = context;
  const { pendingSince: _, ...kept } = before ?? {};
  return {
    ...kept,
    attempts: (before?.attempts ?? 0) + 1,
    firstAttemptTime: before?.firstAttemptTime ?? startedAt.toISOString(),
    lastAttemptTime: endedAt.toISOString(),
    nextAttemptTime: new Date(endedAt.getTime() + options.delayMs).toISOString(),
    budgetSpentMs: Math.round(options.spentMs),
  };
}
