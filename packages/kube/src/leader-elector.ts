import type { Client } from "./client.ts";
import { LeaderElectionError } from "./leader-election-error.ts";
import { type LeaderElectionMetrics, leaderElectionMetrics } from "./leader-election-metrics.ts";
import { holderOf, type Lease, leases } from "./lease.ts";
import { LeaseLock } from "./lease-lock.ts";
import { jitteredRetryMs, type LeaseTimes, leaseTimes } from "./lease-times.ts";
import type { Logger } from "./logger.ts";
import { type Metrics, NO_METRICS } from "./metrics.ts";
import { sleep } from "./sleep.ts";
import { watch } from "./watch.ts";
import { createWatchSource } from "./watch-source.ts";
import { WriteFence } from "./write-fence.ts";

/** Settings of a {@link LeaderElector}. */
export interface LeaderElectorOptions {
  /**
   * Over a transport of its own, which nothing else uses and no fence guards: a renewal must not wait
   * for a connection behind other calls.
   */
  readonly client: Client;
  readonly namespace: string;
  readonly name: string;
  /** Nobody else's, not even that of the same program before a restart. */
  readonly identity: string;
  readonly times?: Partial<LeaseTimes>;
  readonly logger: Logger;
  /** Where `leader_election_*` are defined. */
  readonly metrics?: Metrics;
  /** Milliseconds on a clock that never goes back. @default performance.now */
  readonly now?: () => number;
  /** @default Math.random */
  readonly random?: () => number;
}

/** Where a candidate stands. */
export type LeadershipState =
  | { readonly phase: "unknown" }
  | { readonly phase: "following"; readonly holder: string | undefined }
  | { readonly phase: "leading" }
  /** It led, and never will again. */
  | { readonly phase: "over" };

/**
 * Elects one of several processes by a Lease, with client-go's rules.
 *
 * Expected flow: `acquire()` settles when this process leads; from then on the lease is renewed, until
 * `release()` or until `fence.closed` aborts, after which the process ends. It cannot lead again.
 *
 * Guarantees: `fence` is open only while no other candidate that keeps these rules can hold the lease,
 * whatever the clocks of the machines say, and also after this process was stopped for a while. A
 * lease that is released is taken as soon as the watch tells, not at the next look.
 *
 * Caveats: deleting the lease while it is held lets another one take it up to `renewDeadlineMs` before
 * its holder knows.
 */
export class LeaderElector {
  readonly fence: WriteFence;
  readonly times: LeaseTimes;
  readonly #options: LeaderElectorOptions;
  readonly #now: () => number;
  readonly #lock: LeaseLock;
  readonly #metrics: LeaderElectionMetrics;
  /** Ends the pause of a candidate that waits for the lease. */
  #wake: () => void = () => {};
  /** Whether the watch has told of a lease that may be taken since the last look began. */
  #isTold = false;
  #renewing: Promise<void> = Promise.resolve();
  #holder: string | undefined;

  /** @throws LeaderElectionError `ERR_LEASE_TIMES` for times that cannot work. */
  constructor(options: LeaderElectorOptions) {
    this.#options = options;
    this.times = leaseTimes(options.times);
    this.#now = options.now ?? (() => performance.now());
    this.fence = new WriteFence({ now: this.#now });
    const { name, metrics = NO_METRICS } = options;
    const isLeading = (): boolean => this.fence.isOpen();
    this.#metrics = leaderElectionMetrics(metrics, { name, isLeading });
    const { leaseDurationMs, renewDeadlineMs } = this.times;
    const callTimeoutMs = renewDeadlineMs / 2;
    this.#lock = new LeaseLock({ ...options, leaseDurationMs, callTimeoutMs, now: this.#now });
  }

  get state(): LeadershipState {
    if (this.fence.closed.aborted) return { phase: "over" };
    if (this.fence.isOpen()) return { phase: "leading" };
    const { observed } = this.#lock;
    if (observed === undefined) return { phase: "unknown" };
    const { lease } = observed;
    return { phase: "following", holder: lease === undefined ? undefined : holderOf(lease) };
  }

  /** How long ago the API server told anything of the lease; undefined when it never has. */
  get toldMsAgo(): number | undefined {
    const { toldAt } = this.#lock;
    return toldAt === undefined ? undefined : this.#now() - toldAt;
  }

  /** Waits until this process leads. Returns false when the signal aborted before. */
  async acquire(signal: AbortSignal): Promise<boolean> {
    const won = new AbortController();
    const watching = this.#watch(AbortSignal.any([signal, won.signal]));
    try {
      while (!signal.aborted) {
        if (await this.#tryToLead(signal)) {
          this.#renewing = this.#renew();
          return true;
        }
        await this.#pause(signal);
      }
      return false;
    } finally {
      won.abort();
      await watching;
    }
  }

  /**
   * Closes the fence, then gives the lease back, so that another candidate takes it at once. To be
   * called when the work that needs the lease has ended.
   */
  async release(): Promise<void> {
    const isHeld = this.fence.isOpen();
    const message = "Cannot write: the lease was given back";
    this.fence.close(new LeaderElectionError("ERR_LEASE_RELEASED", message));
    await this.#renewing;
    if (!isHeld) return;
    try {
      await this.#lock.release(AbortSignal.timeout(this.times.renewDeadlineMs));
      this.#options.logger.info(this.#fields, "Lease released");
    } catch (err) {
      this.#options.logger.warn({ ...this.#fields, err }, "Lease not released, it will expire");
    }
  }

  /** Looks once, and takes the lease if it may. What a watch has just told need not be read. */
  async #tryToLead(signal: AbortSignal): Promise<boolean> {
    const isTold = this.#isTold;
    this.#isTold = false;
    try {
      if (!isTold) await this.#lock.read(signal);
      const decision = this.#lock.decide();
      this.#noteHolder();
      if (decision.do === "wait" || decision.do === "read") return false;
      const before = decision.do === "create" ? undefined : decision.lease;
      const write = await this.#lock.hold(before, signal);
      this.#noteHolder();
      // A process that was stopped meanwhile may have held it, and may hold it no more.
      return (
        write.type === "held" && this.fence.extendTo(write.sentAt + this.times.renewDeadlineMs)
      );
    } catch (err) {
      if (!signal.aborted) {
        this.#options.logger.warn({ ...this.#fields, err }, "Cannot read or take the lease");
      }
      return false;
    }
  }

  /** Waits for the next look, or until the watch tells something to act on. */
  async #pause(signal: AbortSignal): Promise<void> {
    if (this.#isTold) return;
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    const retryMs = jitteredRetryMs(this.times, this.#options.random ?? Math.random);
    const decision = this.#lock.decide();
    // Nobody is told that a lease expires: a candidate is there when it does.
    const expiresInMs = decision.do === "wait" ? decision.untilMs - this.#now() : retryMs;
    const pauseMs = Math.max(1, Math.ceil(Math.min(retryMs, expiresInMs)));
    await sleep(pauseMs, AbortSignal.any([signal, woken.signal]));
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { client, namespace, name, logger } = this.#options;
    const selection = { namespace, fieldSelector: `metadata.name=${name}` };
    for await (const event of watch(createWatchSource(client, leases, selection), { signal })) {
      if (event.type === "applied") this.#take(event.object);
      else if (event.type === "deleted") this.#take(undefined);
      else if (event.type === "failed") {
        const { error: err } = event;
        logger.warn({ ...this.#fields, err }, "Watch of the lease failed: looking instead");
      }
    }
  }

  #take(lease: Lease | undefined): void {
    this.#lock.observe(lease);
    this.#noteHolder();
    if (this.#lock.decide().do === "wait") return;
    this.#isTold = true;
    this.#wake();
  }

  /** Renews while the fence is open; closes it when somebody else holds the lease. */
  async #renew(): Promise<void> {
    const { closed } = this.fence;
    while (!closed.aborted) {
      await sleep(this.times.retryPeriodMs, closed);
      if (closed.aborted) return;
      try {
        const isOurs = await this.#renewOnce(closed);
        if (isOurs) continue;
        const holder = this.#noteHolder() ?? "nobody";
        const message = `The lease was lost: it is held by ${holder}`;
        this.fence.close(new LeaderElectionError("ERR_LEASE_LOST", message));
      } catch (err) {
        if (closed.aborted) return;
        this.#options.logger.warn({ ...this.#fields, err }, "Cannot renew the lease");
      }
    }
  }

  /** Returns false when the lease is another's. After a conflict the next turn tries again. */
  async #renewOnce(signal: AbortSignal): Promise<boolean> {
    const decision = this.#lock.decide();
    if (decision.do !== "renew" && decision.do !== "create") return false;
    const before = decision.do === "renew" ? decision.lease : undefined;
    const write = await this.#lock.hold(before, signal);
    if (write.type === "held") {
      this.fence.extendTo(write.sentAt + this.times.renewDeadlineMs);
      return true;
    }
    // client-go's slow path: what the refused write has read decides.
    this.#metrics.tookSlowPath();
    const next = this.#lock.decide();
    return next.do === "renew" ? this.#renewOnce(signal) : next.do === "create";
  }

  #noteHolder(): string | undefined {
    const lease = this.#lock.observed?.lease;
    const holder = lease === undefined ? undefined : holderOf(lease);
    if (holder === this.#holder) return holder;
    this.#holder = holder;
    if (holder !== undefined) this.#options.logger.info({ ...this.#fields, holder }, "New leader");
    return holder;
  }

  get #fields(): { lease: string } {
    return { lease: `${this.#options.namespace}/${this.#options.name}` };
  }
}
