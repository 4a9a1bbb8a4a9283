import type { Client } from "./client.ts";
import { Informer } from "./informer.ts";
import { decideJoin, type MemberView } from "./join-decision.ts";
import { LeaderElectionError } from "./leader-election-error.ts";
import type { LeadershipState } from "./leader-elector.ts";
import { leases } from "./lease.ts";
import { jitteredRetryMs, type LeaseTimes, leaseTimes } from "./lease-times.ts";
import type { Logger } from "./logger.ts";
import { MemberLease } from "./member-lease.ts";
import { type Metrics, NO_METRICS } from "./metrics.ts";
import { ShardCache } from "./shard-cache.ts";
import { SHARDED, type ShardGroup, schemeOf, shardSelector } from "./shard-group.ts";
import { ShardLeases } from "./shard-leases.ts";
import { shardMetrics } from "./shard-metrics.ts";
import { ShardSlots, type SlotWorker } from "./shard-slots.ts";
import { WakeUp } from "./wake-up.ts";
import { createWatchSource } from "./watch-source.ts";
import type { WriteFence } from "./write-fence.ts";

/** Settings of a {@link ShardMember}. */
export interface ShardMemberOptions {
  /** Over a transport of its own, which nothing else uses and no fence guards. */
  readonly client: Client;
  readonly group: ShardGroup;
  /** Nobody else's, not even that of the same program before a restart. */
  readonly identity: string;
  /** Everything that maps keys to slots, in one string: replicas of different ones never work side by side. */
  readonly scheme: string;
  readonly times?: Partial<LeaseTimes>;
  readonly logger: Logger;
  readonly metrics?: Metrics;
  /** Milliseconds on a clock that never goes back. @default performance.now */
  readonly now?: () => number;
  /** @default Math.random */
  readonly random?: () => number;
}

/** Told what a member says, whenever it may be news. */
export type SaidHandler = (said: ReadonlyMap<string, Readonly<Record<string, string>>>) => void;

/**
 * One of several replicas that divide some work into slots, each of which one replica at a time owns.
 *
 * Expected flow: `acquire()` settles when this replica has joined; `run()` takes the slots that are its
 * share, and gives back what becomes another's, until its signal aborts; `release()` gives back the
 * rest. When `fence.closed` aborts the process ends.
 *
 * Guarantees: no two replicas whose fences are open own the same slot, whatever the clocks of the
 * machines say. Why that is so: docs/decisions/sharding.md.
 *
 * Caveats: who deletes the leases of replicas that run takes these guarantees away, until the replicas
 * see it and end.
 */
export class ShardMember {
  readonly times: LeaseTimes;
  readonly identity: string;
  readonly #options: ShardMemberOptions;
  readonly #now: () => number;
  readonly #cache: ShardCache;
  readonly #lease: MemberLease;
  readonly #leases: ShardLeases;
  readonly #slots: ShardSlots;
  readonly #wakeUp = new WakeUp();
  readonly #watching = new AbortController();
  #watched: Promise<void> = Promise.resolve();
  #hasJoined = false;
  #waitsFor: string | undefined;
  #onSaid: SaidHandler = () => {};

  /** @throws LeaderElectionError `ERR_LEASE_TIMES` for times that cannot work. */
  constructor(options: ShardMemberOptions) {
    const { group, metrics = NO_METRICS, logger } = options;
    this.#options = options;
    this.identity = options.identity;
    this.times = leaseTimes(options.times);
    const now = options.now ?? (() => performance.now());
    this.#now = now;
    const cache = new ShardCache(group, now);
    this.#cache = cache;
    const { leaseDurationMs, renewDeadlineMs, retryPeriodMs } = this.times;
    const { times } = this;
    const onWritten = (lease: Parameters<ShardCache["saw"]>[0]): void => void cache.saw(lease);
    this.#lease = new MemberLease({ ...options, times, now, onWritten });
    const callTimeoutMs = renewDeadlineMs / 2;
    this.#leases = new ShardLeases({ ...options, leaseDurationMs, callTimeoutMs, cache });
    const owned = (): number => (this.fence.isOpen() ? this.#slots.held.length : 0);
    this.#slots = new ShardSlots({
      ...options,
      cache,
      leases: this.#leases,
      metrics: shardMetrics(metrics, { name: group.name, owned }),
      logger,
      now,
      retryMs: retryPeriodMs,
      onEnded: () => this.#wakeUp.call(),
    });
  }

  get fence(): WriteFence {
    return this.#lease.fence;
  }

  /** `leading` from the time it has joined, whatever it owns. */
  get state(): LeadershipState {
    if (this.fence.closed.aborted) return { phase: "over" };
    if (this.fence.isOpen()) return { phase: "leading" };
    if (this.#lease.toldAt === undefined) return { phase: "unknown" };
    return { phase: "following", holder: this.#waitsFor };
  }

  /** How long ago the API server told anything of its lease; undefined when it never has. */
  get toldMsAgo(): number | undefined {
    const { toldAt } = this.#lease;
    return toldAt === undefined ? undefined : this.#now() - toldAt;
  }

  /** Says something to the other members under an annotation, or no longer. */
  say(annotation: string, value: string | undefined): void {
    this.#lease.say(annotation, value);
  }

  /** Has a handler told what the members say. */
  onSaid(handler: SaidHandler): void {
    this.#onSaid = handler;
  }

  /** What the members say, by their identities. */
  get said(): ReadonlyMap<string, Readonly<Record<string, string>>> {
    return this.#cache.annotationsOfMembers();
  }

  /** Waits until this replica has joined. Returns false when the signal aborted before. */
  async acquire(signal: AbortSignal): Promise<boolean> {
    this.#watched = this.#watch();
    if (!(await this.#lease.create(signal))) return false;
    const { identity } = this;
    this.#options.logger.info({ ...this.#fields, identity }, "Member lease made");
    const ending = AbortSignal.any([signal, this.fence.closed]);
    while (!ending.aborted) {
      try {
        if (await this.#tryToJoin(ending)) return true;
      } catch (err) {
        if (ending.aborted) return false;
        this.#options.logger.warn({ ...this.#fields, err }, "Cannot join the other replicas");
        await this.#pause(Number.POSITIVE_INFINITY, ending);
      }
    }
    return false;
  }

  /** Owns this replica's share of the slots until the signal aborts, and works in none after. */
  async run(worker: SlotWorker, signal: AbortSignal): Promise<void> {
    const ending = AbortSignal.any([signal, this.fence.closed]);
    while (!ending.aborted) {
      let untilMs = Number.POSITIVE_INFINITY;
      try {
        // After a pause of the process the clock may know what no timer has told yet.
        this.fence.assertOpen();
        untilMs = await this.#slots.round(worker, ending);
      } catch (err) {
        if (ending.aborted) break;
        this.#options.logger.warn({ ...this.#fields, err }, "Cannot take or release slots");
      }
      await this.#pause(untilMs, ending);
    }
    await this.#slots.ended();
  }

  /** Closes the fence, then gives everything back. To be called when all work has ended. */
  async release(): Promise<void> {
    const isLost = this.fence.closed.aborted;
    const message = "Cannot write: this replica has left";
    this.fence.close(new LeaderElectionError("ERR_LEASE_RELEASED", message));
    await this.#lease.stop();
    if (!isLost) await this.#leave(AbortSignal.timeout(this.times.renewDeadlineMs));
    this.#watching.abort();
    await this.#watched;
  }

  async #leave(signal: AbortSignal): Promise<void> {
    const { logger } = this.#options;
    try {
      // What could not be given back is safe only as long as the lease is there, and then expires.
      if (!(await this.#slots.releaseAll(signal))) return;
      await this.#lease.delete(signal);
      if (this.#hasJoined) await this.#leases.releaseBase(signal);
      logger.info(this.#fields, "Left the other replicas");
    } catch (err) {
      logger.warn({ ...this.#fields, err }, "Cannot leave in good order: the leases will expire");
    }
  }

  /** Looks once. After a write that somebody else's was ahead of it returns at once. */
  async #tryToJoin(signal: AbortSignal): Promise<boolean> {
    const { scheme, logger } = this.#options;
    const base = this.#cache.observeBase(await this.#leases.readAll(signal));
    const workers = await this.#workers(base.lease && schemeOf(base.lease), signal);
    const decision = decideJoin(base, workers, { scheme, now: this.#now() });
    switch (decision.do) {
      case "join": {
        if (!(await this.#leases.join(decision.base, signal))) return false;
        this.#hasJoined = true;
        const isOpen = this.#lease.open();
        if (!isOpen) await this.#pause(Number.POSITIVE_INFINITY, signal);
        return isOpen;
      }
      case "evict": {
        const evicting = decision.leases.map((lease) => this.#leases.evict(lease, signal));
        const isAllOut = !(await Promise.all(evicting)).includes(false);
        if (!isAllOut) await this.#pause(Number.POSITIVE_INFINITY, signal);
        return false;
      }
      case "wait": {
        const holder = decision.holders.join(", ");
        if (holder !== this.#waitsFor) {
          logger.info(
            { ...this.#fields, holder },
            "Waiting for replicas that divide the work otherwise",
          );
        }
        this.#waitsFor = holder;
        await this.#pause(decision.untilMs, signal);
        return false;
      }
    }
  }

  async #workers(current: string | undefined, signal: AbortSignal): Promise<MemberView[]> {
    for (const { identity, standing } of this.#cache.workers(current)) {
      if (standing.is === "unknown") await this.#leases.look(identity, signal);
    }
    return this.#cache.workers(current);
  }

  async #pause(untilMs: number, signal: AbortSignal): Promise<void> {
    const retryMs = jitteredRetryMs(this.times, this.#options.random ?? Math.random);
    await this.#wakeUp.pause(Math.min(retryMs, untilMs - this.#now()), signal);
  }

  async #watch(): Promise<void> {
    const { client, group, logger } = this.#options;
    const selection = { namespace: group.namespace, labelSelector: shardSelector(group) };
    const informer = new Informer(createWatchSource(client, leases, selection), {
      onError: (err) => logger.warn({ ...this.#fields, err }, "Watch of the leases failed"),
    });
    informer.onChange(({ before, after, isListed }) => {
      const isNews =
        after !== undefined
          ? this.#cache.saw(after)
          : before !== undefined && this.#cache.sawGone(before, { isListed });
      if (!isNews) return;
      this.#endIfLost();
      this.#onSaid(this.said);
      this.#wakeUp.call();
    });
    await informer.run(this.#watching.signal);
  }

  /** Somebody has taken what was ours, or has deleted it: there is no way to go on from there. */
  #endIfLost(): void {
    if (!this.#hasJoined || !this.fence.isOpen()) return;
    const { base } = this.#cache;
    const { lost } = this.#slots;
    const isBaseOurs =
      base?.spec?.holderIdentity === SHARDED && schemeOf(base) === this.#options.scheme;
    if (isBaseOurs && lost === undefined) return;
    const what = isBaseOurs ? `slot ${lost}` : `the lease ${this.#options.group.name}`;
    const message = `The share of the work was lost: somebody else has changed ${what}`;
    this.fence.close(new LeaderElectionError("ERR_LEASE_LOST", message));
  }

  get #fields(): { lease: string } {
    const { namespace, name } = this.#options.group;
    return { lease: `${namespace}/${name}` };
  }
}
