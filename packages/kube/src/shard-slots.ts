import { holderOf, type Lease } from "./lease.ts";
import type { Logger } from "./logger.ts";
import type { ShardCache } from "./shard-cache.ts";
import { SLOTS } from "./shard-group.ts";
import type { ShardLeases } from "./shard-leases.ts";
import type { ShardMetrics } from "./shard-metrics.ts";
import { sleep } from "./sleep.ts";
import { assignSlots } from "./slot-assignment.ts";
import { decideSlot, type SlotDecision } from "./slot-decision.ts";

/** Whoever does the work of the slots that are owned. */
export interface SlotWorker {
  /** Begins with slots that nobody else works in any more. Settles when it has, or the signal aborts. */
  begin(slots: readonly number[], signal: AbortSignal): Promise<void>;
  /**
   * Ends the work in a slot: takes no more of it, and returns true once nothing of it is under way.
   * Returns false where that takes too long or the signal aborts: the work goes on then.
   */
  end(slot: number, signal: AbortSignal): Promise<boolean>;
}

/** What the keeper of the slots works with. */
export interface ShardSlotsOptions {
  readonly identity: string;
  readonly scheme: string;
  readonly cache: ShardCache;
  readonly leases: ShardLeases;
  readonly metrics: ShardMetrics;
  readonly logger: Logger;
  readonly now: () => number;
  readonly retryMs: number;
  /** Has another round made. */
  readonly onEnded: () => void;
}

/** What is to be done about a slot, and the version of its lease that this was decided on. */
interface SlotPlan {
  readonly slot: number;
  readonly lease: Lease | undefined;
  readonly decision: SlotDecision;
}

/** How long a slot is kept whose work did not end. */
const KEEP_MS = 60_000;

/** Takes the slots that are assigned to a member, and gives back those that are assigned to others. */
export class ShardSlots {
  readonly #options: ShardSlotsOptions;
  /** Slots whose work has begun. */
  readonly #begun = new Set<number>();
  /** Slots that are on their way back. */
  readonly #ending = new Map<number, Promise<void>>();
  readonly #keptUntil = new Map<number, number>();

  constructor(options: ShardSlotsOptions) {
    this.#options = options;
  }

  /** The slots that this member holds, as far as it knows. */
  get held(): readonly number[] {
    return SLOT_NUMBERS.filter((slot) => this.#holderOf(slot) === this.#options.identity);
  }

  /** Whether a slot that is worked in is held by another, or by nobody. */
  get lost(): number | undefined {
    return [...this.#begun].find((slot) => this.#holderOf(slot) !== this.#options.identity);
  }

  /**
   * Looks at all slots once, and acts. Returns when to look again if nothing is told until then.
   *
   * @throws what the API server answers.
   */
  async round(worker: SlotWorker, signal: AbortSignal): Promise<number> {
    const { cache, leases, identity } = this.#options;
    cache.prune();
    for (const { standing } of cache.members()) {
      if (standing.is === "expired" && (await leases.evict(standing.lease, signal))) {
        const { name } = standing.lease.metadata;
        this.#options.logger.info(
          { lease: name },
          "A replica has not renewed its lease: it is out",
        );
      }
    }
    const plans = await this.#planAll(signal);
    await Promise.all(
      plans.map(async ({ slot, decision, lease }) => {
        if (decision.do !== "take") return;
        if (await leases.take(slot, lease, signal)) this.#options.metrics.moved("taken");
      }),
    );
    await this.#begin(worker, signal);
    for (const { slot, decision } of plans) {
      if (decision.do === "release") this.#ending.set(slot, this.#end(slot, worker, signal));
    }
    const members = cache.members().filter((each) => each.identity !== identity);
    return Math.min(
      ...members.flatMap(({ standing }) => (standing.is === "live" ? standing.untilMs : [])),
      ...plans.flatMap(({ decision }) => (decision.do === "wait" ? decision.untilMs : [])),
      ...this.#keptUntil.values(),
    );
  }

  /** Settles when nothing is on its way back any more: after the signal of `round`. */
  async ended(): Promise<void> {
    await Promise.all(this.#ending.values());
  }

  /** Gives everything back whose work has ended. Returns whether all of it was. */
  async releaseAll(signal: AbortSignal): Promise<boolean> {
    this.#begun.clear();
    const released = this.held.map((slot) =>
      this.#release(slot, signal).catch((err: unknown) => {
        this.#options.logger.warn({ err, slot }, "Slot not released, it will expire");
        return false;
      }),
    );
    return !(await Promise.all(released)).includes(false);
  }

  /** Decides about all slots that are not on their way, with the leases of all holders at hand. */
  async #planAll(signal: AbortSignal): Promise<SlotPlan[]> {
    const { leases, now } = this.#options;
    for (const [slot, until] of this.#keptUntil) if (now() >= until) this.#keptUntil.delete(slot);
    const plans = this.#plan();
    const unknown = new Set(
      plans.flatMap(({ decision }) => (decision.do === "look" ? decision.holder : [])),
    );
    if (unknown.size === 0) return plans;
    await Promise.all([...unknown].map((holder) => leases.look(holder, signal)));
    return this.#plan();
  }

  #plan(): SlotPlan[] {
    const { cache, identity, scheme } = this.#options;
    const live = cache
      .members()
      .filter((each) => each.standing.is === "live" && each.scheme === scheme)
      .map((each) => each.identity);
    const owners = assignSlots([...new Set([...live, identity])], SLOTS);
    const free = SLOT_NUMBERS.filter(
      (slot) => !this.#ending.has(slot) && !this.#keptUntil.has(slot),
    );
    return free.map((slot) => {
      const lease = cache.slot(slot);
      const holder = lease === undefined ? undefined : holderOf(lease);
      const standing = cache.standingOf(holder ?? identity);
      const decision = decideSlot({ holder, assigned: owners[slot], standing }, identity);
      return { slot, lease, decision };
    });
  }

  /** Begins with whatever is held: a take may have landed whose answer was lost. */
  async #begin(worker: SlotWorker, signal: AbortSignal): Promise<void> {
    const slots = this.held.filter((slot) => !this.#begun.has(slot) && !this.#ending.has(slot));
    if (slots.length === 0) return;
    await worker.begin(slots, signal);
    if (signal.aborted) return;
    for (const slot of slots) this.#begun.add(slot);
    this.#options.logger.info({ slots, owned: this.#begun.size }, "Slots taken");
  }

  async #end(slot: number, worker: SlotWorker, signal: AbortSignal): Promise<void> {
    const { logger, retryMs, now, onEnded } = this.#options;
    try {
      if (this.#begun.has(slot) && !(await worker.end(slot, signal))) {
        this.#keptUntil.set(slot, now() + KEEP_MS);
        return;
      }
      this.#begun.delete(slot);
      while (!signal.aborted) {
        try {
          if (await this.#release(slot, signal)) return;
        } catch (err) {
          if (signal.aborted) return;
          logger.warn({ err, slot }, "Cannot release a slot");
        }
        await sleep(retryMs, signal);
      }
    } finally {
      this.#ending.delete(slot);
      onEnded();
    }
  }

  /** Returns whether it is not ours any more. */
  async #release(slot: number, signal: AbortSignal): Promise<boolean> {
    const { cache, leases, metrics, identity } = this.#options;
    const lease = cache.slot(slot);
    if (lease === undefined || holderOf(lease) !== identity) return true;
    if (!(await leases.release(lease, signal))) return this.#holderOf(slot) !== identity;
    metrics.moved("released");
    return true;
  }

  #holderOf(slot: number): string | undefined {
    const lease: Lease | undefined = this.#options.cache.slot(slot);
    return lease === undefined ? undefined : holderOf(lease);
  }
}

const SLOT_NUMBERS: readonly number[] = Array.from({ length: SLOTS }, (_, slot) => slot);
