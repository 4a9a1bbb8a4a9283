import type { Client } from "./client.ts";
import { LeaderElectionError } from "./leader-election-error.ts";
import { type Lease, leases } from "./lease.ts";
import { LeaseLock } from "./lease-lock.ts";
import type { LeaseTimes } from "./lease-times.ts";
import type { Logger } from "./logger.ts";
import { memberLeaseName, type ShardGroup, schemeAnnotation, shardLabels } from "./shard-group.ts";
import { sleep } from "./sleep.ts";
import { WakeUp } from "./wake-up.ts";
import { WriteFence } from "./write-fence.ts";

/** Whose lease it is, and what it says. */
export interface MemberLeaseOptions {
  readonly client: Client;
  readonly group: ShardGroup;
  /** Nobody else's, not even that of the same program before a restart. */
  readonly identity: string;
  readonly scheme: string;
  readonly times: LeaseTimes;
  readonly logger: Logger;
  readonly now: () => number;
  readonly onWritten: (lease: Lease) => void;
}

/**
 * A member's own lease: as long as it is renewed, what the member holds is left to it.
 *
 * Guarantees: the fence is open only from `open()` on, and only while no other member can take this one
 * for dead. A lease that somebody has deleted is never made again: the fence closes.
 */
export class MemberLease {
  readonly fence: WriteFence;
  readonly name: string;
  readonly #options: MemberLeaseOptions;
  readonly #lock: LeaseLock;
  readonly #said = new Map<string, string>();
  readonly #wakeUp = new WakeUp();
  readonly #stopped = new AbortController();
  #renewing: Promise<void> = Promise.resolve();
  #isOpen = false;
  #sentAt = Number.NEGATIVE_INFINITY;

  constructor(options: MemberLeaseOptions) {
    const { client, group, identity, scheme, times, now } = options;
    this.#options = options;
    this.name = memberLeaseName(group, identity);
    this.fence = new WriteFence({ now });
    this.#lock = new LeaseLock({
      client,
      namespace: group.namespace,
      name: this.name,
      identity,
      leaseDurationMs: times.leaseDurationMs,
      callTimeoutMs: times.renewDeadlineMs / 2,
      now,
      metadata: () => ({
        labels: shardLabels(group, "member"),
        annotations: { ...schemeAnnotation(scheme), ...Object.fromEntries(this.#said) },
      }),
    });
  }

  /** When the API server last told anything of it. */
  get toldAt(): number | undefined {
    return this.#lock.toldAt;
  }

  /** Makes the lease, and renews it from then on. Returns false when the signal aborted before. */
  async create(signal: AbortSignal): Promise<boolean> {
    const { times, logger } = this.#options;
    while (!signal.aborted) {
      try {
        // What a lost answer has made is ours all the same.
        const existing = this.#lock.observed?.lease;
        if (await this.#hold(existing, signal)) {
          this.#renewing = this.#renew();
          return true;
        }
        continue;
      } catch (err) {
        if (!signal.aborted) logger.warn({ err, lease: this.name }, "Cannot make the member lease");
      }
      await sleep(times.retryPeriodMs, signal);
    }
    return false;
  }

  /** Opens the fence, from now until the renewals fail. Returns whether it is open. */
  open(): boolean {
    this.#isOpen = true;
    return this.#extend();
  }

  /** Says something to the other members, or no longer, with a renewal that is made at once. */
  say(annotation: string, value: string | undefined): void {
    if (value === undefined) this.#said.delete(annotation);
    else this.#said.set(annotation, value);
    this.#wakeUp.call();
  }

  /** Renews no more. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#renewing;
  }

  /** Deletes the lease: what its member held must have been given back before. */
  async delete(signal: AbortSignal): Promise<void> {
    const { client, group } = this.#options;
    const uid = this.#lock.observed?.lease?.metadata.uid;
    if (uid === undefined) return;
    const target = { namespace: group.namespace, name: this.name };
    await client.delete(leases, target, { preconditions: { uid }, signal });
  }

  #extend(): boolean {
    return this.fence.extendTo(this.#sentAt + this.#options.times.renewDeadlineMs);
  }

  /** Returns false where somebody else has written it meanwhile. */
  async #hold(before: Lease | undefined, signal: AbortSignal): Promise<boolean> {
    const write = await this.#lock.hold(before, signal);
    if (write.type !== "held") return false;
    this.#sentAt = write.sentAt;
    const { lease } = this.#lock.observed ?? {};
    if (lease !== undefined) this.#options.onWritten(lease);
    if (this.#isOpen) this.#extend();
    return true;
  }

  async #renew(): Promise<void> {
    const { times, logger } = this.#options;
    const ending = AbortSignal.any([this.#stopped.signal, this.fence.closed]);
    while (!ending.aborted) {
      await this.#wakeUp.pause(times.retryPeriodMs, ending);
      if (ending.aborted) return;
      try {
        await this.#renewOnce(ending);
      } catch (err) {
        if (!ending.aborted)
          logger.warn({ err, lease: this.name }, "Cannot renew the member lease");
      }
    }
  }

  async #renewOnce(signal: AbortSignal): Promise<void> {
    for (
      let decision = this.#lock.decide();
      decision.do === "renew";
      decision = this.#lock.decide()
    ) {
      if (await this.#hold(decision.lease, signal)) return;
    }
    const message = `The member lease ${this.name} was lost: another replica has deleted it`;
    this.fence.close(new LeaderElectionError("ERR_LEASE_LOST", message));
  }
}
