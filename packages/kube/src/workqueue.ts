import { type Backoff, backoffDelayMs } from "./backoff.ts";
import { Heap } from "./heap.ts";

/** Priority of what arrives while a program runs. */
export const NORMAL_PRIORITY = 0;
/** Priority of an initial list's items, so that a restart does not delay fresh work. As controller-runtime. */
export const LOW_PRIORITY = -100;

/** Settings of a workqueue. */
export interface WorkqueueOptions {
  /** Delays of `addRateLimited`, per key. */
  readonly backoff?: Backoff;
  /** Milliseconds on a clock that never goes back. @default performance.now */
  readonly now?: () => number;
  /** @default Math.random */
  readonly random?: () => number;
  /** Called once, by the constructor, for who is told what happens to the keys. */
  readonly observe?: (queue: Workqueue) => WorkqueueObserver;
}

/** Told what happens to the keys of a queue. */
export interface WorkqueueObserver {
  /** A key waits that did not: for a worker, or for its own to be done. */
  added(key: string): void;
  /** A key was added with a delay. */
  delayed(key: string): void;
  taken(key: string): void;
  done(key: string): void;
}

interface Ready {
  readonly key: string;
  readonly priority: number;
  readonly order: number;
}

interface Delayed {
  readonly key: string;
  readonly at: number;
}

const DEFAULT_BACKOFF: Backoff = { initialMs: 1_000, maxMs: 300_000 };

/** A timer of Node waits 2³¹−1 ms at most and fires at once beyond. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * A queue of keys to reconcile, as client-go's `workqueue`.
 *
 * Guarantees: a key that is waiting is held once, at the higher of its priorities; a key that a
 * worker holds is given to no other before `done`, and is taken again if it was added meanwhile; of
 * two delays of a key the earlier counts; adding a key at once drops its delay.
 */
export class Workqueue {
  readonly #backoff: Backoff;
  readonly #now: () => number;
  readonly #random: () => number;

  /** Keys that wait for a worker. The heap may hold stale entries; this map says which one counts. */
  readonly #waiting = new Map<string, Ready>();
  readonly #ready = new Heap<Ready>(
    (a, b) => a.priority > b.priority || (a.priority === b.priority && a.order < b.order),
  );
  /** When each delayed key is due; entries of the heap that disagree are stale. */
  readonly #dueAt = new Map<string, number>();
  readonly #delayed = new Heap<Delayed>((a, b) => a.at < b.at);
  /** Keys that a worker holds. */
  readonly #taken = new Set<string>();
  /** Keys that were added while a worker held them, with their priority. */
  readonly #addedWhileTaken = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  readonly #observer: WorkqueueObserver | undefined;
  #order = 0;
  #timer: NodeJS.Timeout | undefined;
  #isShutDown = false;

  constructor(options: WorkqueueOptions = {}) {
    this.#backoff = options.backoff ?? DEFAULT_BACKOFF;
    this.#now = options.now ?? (() => performance.now());
    this.#random = options.random ?? Math.random;
    this.#observer = options.observe?.(this);
  }

  /** Keys that wait for a worker, delayed ones not counted. */
  get depth(): number {
    return this.#waiting.size + this.#addedWhileTaken.size;
  }

  /** {@link depth} by priority, less what a worker holds. */
  depthByPriority(): Map<number, number> {
    const depths = new Map<number, number>();
    for (const { priority } of this.#waiting.values()) {
      depths.set(priority, (depths.get(priority) ?? 0) + 1);
    }
    return depths;
  }

  /** Adds a key to be taken as soon as a worker is free. */
  add(key: string, options: { priority?: number } = {}): void {
    if (this.#isShutDown) return;
    this.#dueAt.delete(key);
    const priority = options.priority ?? NORMAL_PRIORITY;
    if (!this.#waiting.has(key) && !this.#addedWhileTaken.has(key)) this.#observer?.added(key);
    if (this.#taken.has(key)) {
      const before = this.#addedWhileTaken.get(key) ?? priority;
      this.#addedWhileTaken.set(key, Math.max(before, priority));
      return;
    }
    this.#offer(key, priority);
  }

  /** Gives a key that nobody holds to a worker that waits, or has it wait. */
  #offer(key: string, priority: number): void {
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined && waiting.priority >= priority) return;
    const taker = this.#takers.shift();
    if (taker !== undefined) {
      this.#hold(key);
      taker(key);
      return;
    }
    const entry = { key, priority, order: waiting?.order ?? this.#order++ };
    this.#waiting.set(key, entry);
    this.#ready.push(entry);
  }

  /** Adds a key once `delayMs` have passed, unless it is waiting already or due sooner. */
  addAfter(key: string, delayMs: number): void {
    if (this.#isShutDown) return;
    if (delayMs <= 0) {
      this.add(key);
      return;
    }
    this.#observer?.delayed(key);
    if (this.#waiting.has(key) || this.#addedWhileTaken.has(key)) return;
    const at = this.#now() + delayMs;
    const dueAt = this.#dueAt.get(key);
    if (dueAt !== undefined && dueAt <= at) return;
    this.#dueAt.set(key, at);
    this.#delayed.push({ key, at });
    this.#setTimer();
  }

  /** Adds a key after its backoff, which grows with each call until `forget`. Returns the delay. */
  addRateLimited(key: string): number {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    const delayMs = backoffDelayMs(this.#backoff, failures, this.#random);
    this.addAfter(key, delayMs);
    return delayMs;
  }

  /** Ends the key's backoff: its next failure waits the shortest time again. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** Waits for a key and holds it for the caller until `done`; undefined once the queue is shut down. */
  async take(): Promise<string | undefined> {
    if (this.#isShutDown) return undefined;
    for (let entry = this.#ready.pop(); entry !== undefined; entry = this.#ready.pop()) {
      if (this.#waiting.get(entry.key) !== entry) continue;
      this.#waiting.delete(entry.key);
      this.#hold(entry.key);
      return entry.key;
    }
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  /** Gives a taken key back. What was added under it meanwhile may be taken now. */
  done(key: string): void {
    this.#taken.delete(key);
    this.#observer?.done(key);
    const priority = this.#addedWhileTaken.get(key);
    if (priority === undefined) return;
    this.#addedWhileTaken.delete(key);
    this.#offer(key, priority);
  }

  /** Drops what waits, lets every `take` return undefined and accepts nothing more. */
  shutDown(): void {
    this.#isShutDown = true;
    clearTimeout(this.#timer);
    this.#waiting.clear();
    this.#dueAt.clear();
    this.#addedWhileTaken.clear();
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }

  #hold(key: string): void {
    this.#taken.add(key);
    this.#observer?.taken(key);
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const next = this.#nextDelayed();
    if (next === undefined) return;
    const delayMs = Math.max(0, next.at - this.#now());
    this.#timer = setTimeout(() => this.#addDue(), Math.min(delayMs, LONGEST_TIMER_MS));
  }

  #addDue(): void {
    const now = this.#now();
    for (let next = this.#nextDelayed(); next !== undefined; next = this.#nextDelayed()) {
      if (next.at > now) break;
      this.#delayed.pop();
      this.add(next.key);
    }
    this.#setTimer();
  }

  /** The first delayed entry that still counts; stale ones before it are dropped. */
  #nextDelayed(): Delayed | undefined {
    for (let next = this.#delayed.peek(); next !== undefined; next = this.#delayed.peek()) {
      if (this.#dueAt.get(next.key) === next.at) return next;
      this.#delayed.pop();
    }
    return undefined;
  }
}
