import { hostname } from "node:os";
import { abortable } from "./abortable.ts";
import type { Client } from "./client.ts";
import {
  buildEvent,
  type EventDraft,
  type EventReporter,
  eventKey,
  fitDraft,
  isQualifiedName,
  type KubeEvent,
  type ObjectReference,
  referenceKey,
  reportingInstanceOf,
} from "./event.ts";
import { EventDrops } from "./event-drops.ts";
import {
  COUNT_INTERVAL_MS,
  decideEvent,
  isCountDue,
  isOver,
  isUnsettled,
  OBJECT_RATE,
  type TrackedEvent,
  trackEvent,
} from "./event-series.ts";
import { EventWriter } from "./event-writer.ts";
import type { Logger } from "./logger.ts";
import { LruMap } from "./lru-map.ts";
import type { KubeObject } from "./object.ts";
import { type TokenBucket, takeToken } from "./token-bucket.ts";

/** A recorder's parts. */
export interface RecorderOptions {
  readonly client: Client;
  /**
   * Whose Events these are: a qualified name, as `issuers.example.com` or `example.com/issuers`.
   * client-go's `reportingController`, controller-runtime's argument of `GetEventRecorder`.
   */
  readonly reportingController: string;
  /** Which of its processes. @default `<reportingController>-<hostname>`, cut to 128 bytes */
  readonly reportingInstance?: string;
  readonly logger: Logger;
  /** Unix time in milliseconds. @default Date.now */
  readonly now?: () => number;
  /** @default Math.random */
  readonly random?: () => number;
}

/**
 * Records what happens to objects as Events of events.k8s.io/v1, for people and `kubectl describe`.
 * client-go's `tools/events.EventRecorder`, with its broadcaster.
 *
 * Guarantees: to emit neither throws nor waits. The same Event within 6 minutes of the last time is
 * counted in the `series` of the first: written at its first repetition, and at most every 5
 * minutes from then on. Two Events that differ in any word are two, the note included, which
 * client-go leaves out. About one object there are 25 new Events of a type at once, and one more
 * every 5 minutes. A write that fails is tried 4 times at most.
 *
 * Bounds: 1000 Events wait to be written; 4096 are remembered to be counted, and as many objects'
 * limits, those least recently used being forgotten. What is not written is counted and logged.
 *
 * Assumptions: the account may `create` and `patch` `events` of `events.k8s.io` where the objects
 * are, and in `default` for cluster-scoped ones. An Event that says nothing new is not emitted.
 */
export interface Recorder {
  /** Emits an Event about an object: a whole one, or what identifies it. */
  emitEvent(regarding: KubeObject | ObjectReference, event: EventDraft): void;
  /** Waits until all that was emitted is written or given up, counts included, or the signal aborts. */
  flush(signal?: AbortSignal): Promise<void>;
  /**
   * Takes nothing more and flushes; what is not written when the signal aborts is dropped. Never
   * rejects.
   *
   * @param signal after 5 s when absent
   */
  close(signal?: AbortSignal): Promise<void>;
}

/**
 * Creates a {@link Recorder}. client-go's `EventBroadcaster.NewRecorder`, controller-runtime's
 * `Manager.GetEventRecorder`.
 *
 * @throws TypeError when the reportingController is no qualified name: the API server would refuse
 * every Event.
 */
export function createRecorder(options: RecorderOptions): Recorder {
  const { reportingController } = options;
  if (!isQualifiedName(reportingController)) {
    throw new TypeError(
      `Cannot record events as ${JSON.stringify(reportingController)}: it must be a qualified name, at most 63 letters, digits, "-", "_" and "." after an optional domain and "/"`,
    );
  }
  return new QueueingRecorder(options);
}

const MOST_TRACKED = 4_096;
const MOST_BUCKETS = 4_096;

/** How often counts that are due are written, and what is over is forgotten. */
const SWEEP_INTERVAL_MS = 60_000;

/** How long a program's end may wait for its Events. */
const CLOSE_TIMEOUT_MS = 5_000;

class QueueingRecorder implements Recorder {
  readonly #reporter: EventReporter;
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #drops: EventDrops;
  readonly #writer: EventWriter;
  readonly #tracked = new LruMap<TrackedEvent>(MOST_TRACKED);
  readonly #buckets = new LruMap<TokenBucket>(MOST_BUCKETS);
  #sweepTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: RecorderOptions) {
    const { client, reportingController, logger, now = Date.now, random = Math.random } = options;
    const { reportingInstance = reportingInstanceOf(reportingController, hostname()) } = options;
    this.#reporter = { reportingController, reportingInstance };
    this.#logger = logger;
    this.#now = now;
    this.#drops = new EventDrops(logger, now);
    this.#writer = new EventWriter({ client, drops: this.#drops, random });
  }

  emitEvent(regarding: KubeObject | ObjectReference, event: EventDraft): void {
    if (this.#isClosed) return;
    try {
      this.#observe(referenceOf(regarding), fitDraft(event));
    } catch (error) {
      // A caller without types; its reconcile has better things to do than to fail of this.
      this.#logger.error({ err: error }, "Cannot emit an event");
    }
  }

  async flush(signal?: AbortSignal): Promise<void> {
    for (const [, tracked] of this.#tracked) {
      if (isUnsettled(tracked)) this.#writer.add(tracked);
    }
    // Only the signal can make it reject, and then the wait is over.
    await abortable(this.#writer.idle(), signal).catch(() => {});
  }

  async close(signal: AbortSignal = AbortSignal.timeout(CLOSE_TIMEOUT_MS)): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#sweepTimer);
    await this.flush(signal);
    await this.#writer.stop();
    this.#drops.log();
  }

  #observe(regarding: ObjectReference, draft: EventDraft): void {
    const nowMs = this.#now();
    const key = eventKey(regarding, draft);
    const bucketKey = `${draft.type} ${referenceKey(regarding)}`;
    const decision = decideEvent({
      tracked: this.#tracked.get(key),
      bucket: takeToken(OBJECT_RATE, this.#buckets.get(bucketKey), nowMs),
      isQueueFull: this.#writer.isFull,
      nowMs,
    });
    switch (decision.do) {
      case "drop":
        this.#drops.add(decision.cause);
        return;
      case "count":
        decision.tracked.count += 1;
        decision.tracked.lastObservedMs = nowMs;
        if (decision.isDue) this.#writeCount(decision.tracked, nowMs);
        return;
      case "create":
        this.#buckets.set(bucketKey, decision.bucket);
        this.#create(key, buildEvent(this.#reporter, regarding, draft, nowMs), nowMs);
    }
  }

  #create(key: string, event: KubeEvent, nowMs: number): void {
    const tracked = trackEvent(event, nowMs);
    this.#tracked.set(key, tracked);
    this.#writer.add(tracked);
    this.#armSweep();
  }

  #writeCount(tracked: TrackedEvent, nowMs: number): void {
    tracked.nextCountAtMs = nowMs + COUNT_INTERVAL_MS;
    this.#writer.add(tracked);
  }

  #armSweep(): void {
    if (this.#isClosed) return;
    this.#sweepTimer ??= setTimeout(() => this.#sweep(), SWEEP_INTERVAL_MS).unref();
  }

  #sweep(): void {
    this.#sweepTimer = undefined;
    const nowMs = this.#now();
    for (const [key, tracked] of this.#tracked) {
      if (!isUnsettled(tracked)) {
        if (isOver(tracked, nowMs)) this.#tracked.delete(key);
      } else if (isCountDue(tracked, nowMs) && !this.#writer.isFull) {
        this.#writeCount(tracked, nowMs);
      }
    }
    if (this.#tracked.size > 0) this.#armSweep();
  }
}

function referenceOf(regarding: KubeObject | ObjectReference): ObjectReference {
  if (!("metadata" in regarding)) return regarding;
  const { apiVersion, kind, metadata } = regarding;
  const { namespace, name, uid } = metadata;
  return { apiVersion, kind, namespace, name, uid };
}
