import { type Condition, findCondition } from "./condition.ts";
import type { Json } from "./outcome.ts";

/**
 * What must survive a restart between two calls of `sign()` for one request. It is stored as JSON in
 * the message of a condition of our own, because metadata cannot be written through `/status`, and
 * an annotation could be forged by whoever edits the namespace. Viewers can read it: no secrets.
 */
export interface AttemptState {
  /** Calls of `sign()` so far. */
  readonly attempts: number;
  /** RFC 3339. */
  readonly firstAttemptTime: string;
  /** RFC 3339: when the last call ended. */
  readonly lastAttemptTime: string;
  /** RFC 3339: `sign()` is not called again before, unless its issuer has recovered since. */
  readonly nextAttemptTime: string;
  /** How much of the retry budget is spent, without the wait that has begun with the last call. */
  readonly budgetSpentMs: number;
  /** RFC 3339: since when the CA has had the order; missing where the last call failed. */
  readonly pendingSince?: string;
  /** What the author gave to `pending()`. */
  readonly order?: Json;
}

/** The longest message of the condition. Kubernetes stores it in every copy of the request. */
export const LONGEST_ATTEMPT_STATE_BYTES = 4_096;

/** The type of the condition: ours alone, by the group of our issuers. */
export function attemptConditionType(group: string): string {
  return `${group}/Attempt`;
}

/** Reads the state; undefined where there is none, or none that we wrote. */
export function readAttemptState(
  conditions: readonly Condition[] | undefined,
  group: string,
): AttemptState | undefined {
  const message = findCondition(conditions, attemptConditionType(group))?.message;
  if (message === undefined) return undefined;
  try {
    const state: unknown = JSON.parse(message);
    return isAttemptState(state) ? state : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The condition that stores the state.
 *
 * @throws RangeError when the author's `order` makes it longer than 4 KiB.
 */
export function attemptCondition(
  state: AttemptState,
  group: string,
): Omit<Condition, "lastTransitionTime"> {
  const message = JSON.stringify(state);
  const bytes = Buffer.byteLength(message);
  if (bytes > LONGEST_ATTEMPT_STATE_BYTES) {
    throw new RangeError(
      `Cannot store order: attempt state has ${bytes} bytes, must have at most ${LONGEST_ATTEMPT_STATE_BYTES}`,
    );
  }
  return { type: attemptConditionType(group), status: "True", reason: "InProgress", message };
}

function isAttemptState(value: unknown): value is AttemptState {
  if (typeof value !== "object" || value === null) return false;
  const state = value as Partial<Record<keyof AttemptState, unknown>>;
  return (
    Number.isSafeInteger(state.attempts) &&
    typeof state.budgetSpentMs === "number" &&
    isTime(state.firstAttemptTime) &&
    isTime(state.lastAttemptTime) &&
    isTime(state.nextAttemptTime) &&
    (state.pendingSince === undefined || isTime(state.pendingSince))
  );
}

function isTime(value: unknown): boolean {
  return typeof value === "string" && !Number.isNaN(Date.parse(value));
}
