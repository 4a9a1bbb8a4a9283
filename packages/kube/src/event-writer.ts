import { type Backoff, backoffDelayMs } from "./backoff.ts";
import type { Client } from "./client.ts";
import { EVENTS, type KubeEvent, microTime } from "./event.ts";
import type { DropCause, EventDrops } from "./event-drops.ts";
import { decideEventFailure, type EventFailure } from "./event-failure.ts";
import { isUnsettled, type TrackedEvent } from "./event-series.ts";
import { sleep } from "./sleep.ts";

/** What a writer needs. */
export interface EventWriterOptions {
  readonly client: Client;
  readonly drops: EventDrops;
  readonly random: () => number;
  /** @default a timer */
  readonly sleep?: (delayMs: number, signal: AbortSignal) => Promise<void>;
}

/** Events that wait to be written. client-go's maxQueuedEvents. */
const MOST_QUEUED = 1_000;

const BACKOFF: Backoff = { initialMs: 1_000, maxMs: 30_000 };

/**
 * Writes Events one after the other, each as it is when its turn comes: what is emitted again while
 * it waits makes one write, not two.
 *
 * The backoff is the writer's, and does not start afresh with each Event: an API server that is away
 * gets a call every 15 to 30 s, however many wait.
 */
export class EventWriter {
  readonly #client: Client;
  readonly #drops: EventDrops;
  readonly #random: () => number;
  readonly #sleep: (delayMs: number, signal: AbortSignal) => Promise<void>;
  readonly #queue = new Set<TrackedEvent>();
  readonly #stopping = new AbortController();
  /** Settles when nothing waits. */
  #running: Promise<void> | undefined;
  /** In a row, of whichever Events. */
  #failures = 0;

  constructor(options: EventWriterOptions) {
    this.#client = options.client;
    this.#drops = options.drops;
    this.#random = options.random;
    this.#sleep = options.sleep ?? sleep;
  }

  get isFull(): boolean {
    return this.#queue.size >= MOST_QUEUED;
  }

  /** Takes an Event, whether it is full or not. One that waits already is not taken twice. */
  add(tracked: TrackedEvent): void {
    this.#queue.add(tracked);
    this.#running ??= this.#run();
  }

  /** Waits until nothing waits. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Drops what waits and ends the write under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.idle();
  }

  async #run(): Promise<void> {
    // A set's iteration comes to what is added meanwhile.
    for (const tracked of this.#queue) {
      this.#queue.delete(tracked);
      await this.#settle(tracked);
    }
    this.#running = undefined;
  }

  /** Tries until an Event is written or given up. Never rejects. */
  async #settle(tracked: TrackedEvent): Promise<void> {
    for (let tries = 1; isUnsettled(tracked); tries += 1) {
      const { count } = tracked;
      const verb = tracked.isCreated ? "patch" : "create";
      try {
        await this.#write(tracked);
        this.#failures = 0;
        tracked.isCreated = true;
        tracked.settledCount = count;
        return;
      } catch (error) {
        if (this.#stopping.signal.aborted) {
          this.#drop(tracked, "closed");
          return;
        }
        await this.#handle(tracked, decideEventFailure(error, { verb, tries }), error);
      }
    }
  }

  async #write(tracked: TrackedEvent): Promise<void> {
    const { signal } = this.#stopping;
    signal.throwIfAborted();
    const { event } = tracked;
    const series = seriesOf(tracked);
    if (!tracked.isCreated) {
      await this.#client.create(EVENTS, { ...event, ...(series && { series }) }, { signal });
      return;
    }
    const { namespace, name } = event.metadata;
    await this.#client.mergePatch(EVENTS, { namespace, name }, { series }, { signal });
  }

  async #handle(tracked: TrackedEvent, failure: EventFailure, error: unknown): Promise<void> {
    switch (failure.do) {
      case "retry":
        return this.#backOff(failure.notBeforeMs);
      case "createAgain":
        tracked.isCreated = false;
        return;
      case "takeAsCreated":
        tracked.isCreated = true;
        // Which count the earlier try had is not known; one at least.
        tracked.settledCount = Math.max(1, tracked.settledCount);
        return;
      case "drop":
        this.#drop(tracked, failure.cause, error);
        return failure.cause === "unanswered" ? this.#backOff(0) : undefined;
      case "ignore":
        tracked.settledCount = tracked.count;
    }
  }

  async #backOff(notBeforeMs: number): Promise<void> {
    this.#failures += 1;
    const backoffMs = backoffDelayMs(BACKOFF, this.#failures, this.#random);
    await this.#sleep(Math.max(backoffMs, notBeforeMs), this.#stopping.signal);
  }

  #drop(tracked: TrackedEvent, cause: DropCause, error?: unknown): void {
    this.#drops.add(cause, error);
    tracked.settledCount = tracked.count;
  }
}

/** The API server takes a series of two and more only. */
function seriesOf(tracked: TrackedEvent): KubeEvent["series"] {
  const { count, lastObservedMs } = tracked;
  return count < 2 ? undefined : { count, lastObservedTime: microTime(lastObservedMs) };
}
