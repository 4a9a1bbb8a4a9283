import type { KubeEvent } from "./event.ts";
import type { TokenBucket, TokenRate } from "./token-bucket.ts";

/** An Event that was emitted, and what is remembered to recognise and count it when it is again. */
export interface TrackedEvent {
  /** As it was first observed. */
  readonly event: KubeEvent;
  /** How often it was observed, and last when. */
  count: number;
  lastObservedMs: number;
  /** The count that was written, or given up: nothing more is tried before it is emitted again. */
  settledCount: number;
  /** Whether the API server has it, as far as is known. */
  isCreated: boolean;
  /** Before this, a higher count waits. */
  nextCountAtMs: number;
}

/** What emitting an Event comes to. */
export type EventDecision =
  | { readonly do: "create"; readonly bucket: TokenBucket }
  /** It is the same again. Its count is written now when it is due, else later. */
  | { readonly do: "count"; readonly tracked: TrackedEvent; readonly isDue: boolean }
  | { readonly do: "drop"; readonly cause: "queueFull" | "objectLimit" };

/** What the decision rests on. */
export interface EventSituation {
  /** The same Event, if it was emitted before and is remembered. */
  readonly tracked: TrackedEvent | undefined;
  /** What its object has left when it gets a new Event; undefined when it may not have one. */
  readonly bucket: TokenBucket | undefined;
  readonly isQueueFull: boolean;
  readonly nowMs: number;
}

/** Observed again after this long, it is a new Event. client-go's finishTime. */
export const SERIES_END_MS = 360_000;

/** How often the count of one Event is written, after the first time. */
export const COUNT_INTERVAL_MS = 300_000;

/**
 * New Events about one object, Normal and Warning each for themselves. client-go's spam filter for
 * core/v1 Events; its events.k8s.io recorder has none.
 */
export const OBJECT_RATE: TokenRate = { burst: 25, refillMs: 300_000 };

/** Decides what becomes of an Event that is emitted. */
export function decideEvent(situation: EventSituation): EventDecision {
  const { tracked, bucket, isQueueFull, nowMs } = situation;
  if (tracked !== undefined && !isOver(tracked, nowMs)) {
    return { do: "count", tracked, isDue: isCountDue(tracked, nowMs) && !isQueueFull };
  }
  if (isQueueFull) return { do: "drop", cause: "queueFull" };
  return bucket === undefined ? { do: "drop", cause: "objectLimit" } : { do: "create", bucket };
}

/** Starts to track an Event at its first observation. Its first repetition is written at once. */
export function trackEvent(event: KubeEvent, nowMs: number): TrackedEvent {
  return {
    event,
    count: 1,
    lastObservedMs: nowMs,
    settledCount: 0,
    isCreated: false,
    nextCountAtMs: nowMs,
  };
}

/** Whether the same Event would be a new one by now. */
export function isOver(tracked: Pick<TrackedEvent, "lastObservedMs">, nowMs: number): boolean {
  return nowMs - tracked.lastObservedMs >= SERIES_END_MS;
}

/** Whether something of it is neither written nor given up. */
export function isUnsettled(tracked: Pick<TrackedEvent, "count" | "settledCount">): boolean {
  return tracked.count > tracked.settledCount;
}

/** Whether a higher count need not wait any more. */
export function isCountDue(tracked: Pick<TrackedEvent, "nextCountAtMs">, nowMs: number): boolean {
  return nowMs >= tracked.nextCountAtMs;
}
