import type { Logger } from "./logger.ts";

/** Why an Event was not written. */
export type DropCause =
  | "queueFull"
  | "objectLimit"
  | "forbidden"
  | "refused"
  | "unanswered"
  | "closed";

const LOG_INTERVAL_MS = 60_000;

/** The right that a recorder needs, in each namespace that it writes Events to. */
const RULE = { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["create", "patch"] };

/** Counts the Events that are not written, and logs the counts once a minute at most. */
export class EventDrops {
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #counts = new Map<DropCause, number>();
  #lastError: unknown;
  #nextLogAtMs = Number.NEGATIVE_INFINITY;
  #isForbiddenLogged = false;

  constructor(logger: Logger, now: () => number) {
    this.#logger = logger;
    this.#now = now;
  }

  /**
   * Counts one. Those that are forbidden are not counted: the first is logged, with the rule that
   * would allow it, and no other, as an administrator may want it so.
   */
  add(cause: DropCause, error?: unknown): void {
    if (cause === "forbidden") {
      this.#logForbidden(error);
      return;
    }
    this.#counts.set(cause, (this.#counts.get(cause) ?? 0) + 1);
    this.#lastError = error ?? this.#lastError;
    // What a close drops it drops at once, and logs then.
    if (cause !== "closed" && this.#now() >= this.#nextLogAtMs) this.log();
  }

  /** Logs what was counted since the last time, if anything was. */
  log(): void {
    if (this.#counts.size === 0) return;
    this.#nextLogAtMs = this.#now() + LOG_INTERVAL_MS;
    const dropped = Object.fromEntries(this.#counts);
    const err = this.#lastError;
    this.#logger.warn(
      { dropped, ...(err !== undefined && { err }) },
      "Events were not written: counted by cause",
    );
    this.#counts.clear();
    this.#lastError = undefined;
  }

  #logForbidden(error: unknown): void {
    if (this.#isForbiddenLogged) return;
    this.#isForbiddenLogged = true;
    this.#logger.warn(
      { err: error, rule: RULE },
      "Events are forbidden: add the rule to a role of this account to have them",
    );
  }
}
