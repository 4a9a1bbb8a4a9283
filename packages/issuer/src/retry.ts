import { type Backoff, backoffDelayMs } from "@countersign/kube";
import type { AttemptState } from "./attempt-state.ts";
import { formatGoDuration } from "./go-duration.ts";
import type { NotIssued, PendingOutcome, TransientOutcome } from "./outcome.ts";
import type { RequestReport } from "./request-status.ts";

/** What one call of `sign()` came to, for the request. */
export interface AttemptResult {
  readonly report: RequestReport;
  /** When to look at the request again; without it nothing more is to be done now. */
  readonly requeueAfterMs?: number;
}

/** What the judgement of a call depends on besides its outcome. */
export interface AttemptContext {
  /** The state before the call. */
  readonly before: AttemptState | undefined;
  readonly startedAt: Date;
  readonly endedAt: Date;
  /** How long a request is retried before it fails. */
  readonly retryBudgetMs: number;
  /** @default Math.random */
  readonly random?: () => number;
}

/** Delays between calls, made for a CA rather than for Kubernetes. */
const SIGN_BACKOFF: Backoff = { initialMs: 1_000, maxMs: 300_000 };

/**
 * Judges a call that has not issued: is the request told to wait, and how long, or has it failed?
 *
 * The retry budget is spent by the failed calls and the delays after them. Time in which nothing was
 * tried, because the issuer was not ready or this program not running, costs nothing.
 */
export function judgeAttempt(outcome: NotIssued, context: AttemptContext): AttemptResult {
  switch (outcome.type) {
    case "permanent":
      return { report: { type: "failed", message: `Signing failed for good: ${outcome.message}` } };
    case "issuerAtFault":
      return {
        report: { type: "waiting", message: `Waiting for the issuer: ${outcome.message}` },
      };
    case "pending":
      return waitForOrder(outcome, context);
    case "transient":
      return retry(outcome, context);
  }
}

function waitForOrder(outcome: PendingOutcome, context: AttemptContext): AttemptResult {
  const { retryAfterMs, order, message = "the CA has not issued yet" } = outcome;
  const attempt = advance(context, { delayMs: retryAfterMs, spentMs: 0 });
  return {
    report: {
      type: "waiting",
      message: `Waiting for the CA: ${message}`,
      attempt: order === undefined ? attempt : { ...attempt, order },
    },
    requeueAfterMs: retryAfterMs,
  };
}

function retry(outcome: TransientOutcome, context: AttemptContext): AttemptResult {
  const { before, startedAt, endedAt, retryBudgetMs, random } = context;
  const attempts = (before?.attempts ?? 0) + 1;
  const calledMs = endedAt.getTime() - startedAt.getTime();
  const leftMs = retryBudgetMs - (before?.budgetSpentMs ?? 0) - calledMs;
  if (leftMs <= 0) {
    const count = attempts === 1 ? "1 attempt" : `${attempts} attempts`;
    const message = `Signing failed after ${count}, the retry budget of ${formatGoDuration(retryBudgetMs)} is spent: ${outcome.message}`;
    return { report: { type: "failed", message } };
  }
  const delayMs =
    outcome.retryAfterMs ?? Math.min(leftMs, backoffDelayMs(SIGN_BACKOFF, attempts, random));
  return {
    report: {
      type: "waiting",
      message: `Signing failed and will be tried again: ${outcome.message}`,
      attempt: advance(context, { delayMs, spentMs: calledMs + delayMs }),
    },
    requeueAfterMs: delayMs,
  };
}

function advance(
  context: AttemptContext,
  options: { delayMs: number; spentMs: number },
): AttemptState {
  const { before, startedAt, endedAt } = context;
  return {
    ...before,
    attempts: (before?.attempts ?? 0) + 1,
    firstAttemptTime: before?.firstAttemptTime ?? startedAt.toISOString(),
    nextAttemptTime: new Date(endedAt.getTime() + options.delayMs).toISOString(),
    budgetSpentMs: Math.round((before?.budgetSpentMs ?? 0) + options.spentMs),
  };
}
