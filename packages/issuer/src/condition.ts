/** A condition of a status, as cert-manager and metav1 spell it. */
export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason?: string;
  readonly message?: string;
  /** RFC 3339, whole seconds: when `status` last changed. */
  readonly lastTransitionTime?: string;
  readonly observedGeneration?: number;
}

/** The condition of a type, if the object has one. */
export function findCondition(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** Whether the condition of a type stands at `True`. */
export function isConditionTrue(
  conditions: readonly Condition[] | undefined,
  type: string,
): boolean {
  return findCondition(conditions, type)?.status === "True";
}

/**
 * Stamps a condition: it keeps the time of the one it replaces as long as `status` stays the same,
 * as Kubernetes' API conventions say of lastTransitionTime.
 */
export function transition(
  before: Condition | undefined,
  after: Omit<Condition, "lastTransitionTime">,
  now: Date,
): Condition {
  const keeps = before?.status === after.status ? before.lastTransitionTime : undefined;
  return { ...after, lastTransitionTime: keeps ?? formatTime(now) };
}

/** Whether two conditions tell a reader the same. */
export function isSameCondition(a: Condition | undefined, b: Condition): boolean {
  return (
    a?.status === b.status &&
    a.reason === b.reason &&
    a.message === b.message &&
    a.observedGeneration === b.observedGeneration
  );
}

/** RFC 3339 in whole seconds, as metav1.Time. */
export function formatTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

/** The longest message we write. A metav1.Condition takes 32,768 characters; nobody reads so many. */
const LONGEST_MESSAGE = 4_096;

/**
 * Cuts a message that is too long to be stored or read, and says so.
 *
 * Half a surrogate pair, as a cut may leave one, becomes U+FFFD, which is what the API server would
 * make of it: what is stored must equal what was written, or it is written again at every look.
 */
export function boundMessage(message: string): string {
  const ending = "… (cut)";
  const bounded =
    message.length <= LONGEST_MESSAGE
      ? message
      : `${message.slice(0, LONGEST_MESSAGE - ending.length)}${ending}`;
  return bounded.toWellFormed();
}
