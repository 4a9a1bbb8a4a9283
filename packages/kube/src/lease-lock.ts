import { isApiError } from "./api-error.ts";
import type { Client } from "./client.ts";
import { type Lease, type LeaseSpec, leases } from "./lease.ts";
import {
  decideLease,
  type LeaseDecision,
  type LeaseObservation,
  observeLease,
} from "./lease-decision.ts";
import { heldRecord, releasedRecord } from "./lease-record.ts";
import type { ObjectMeta } from "./object.ts";

/** Which lease, and who wants it. */
export interface LeaseLockOptions {
  readonly client: Client;
  readonly namespace: string;
  readonly name: string;
  /** Nobody else's, not even that of the same program before a restart. */
  readonly identity: string;
  readonly leaseDurationMs: number;
  /** How long one call may take, so that a dead connection does not use up the deadline. */
  readonly callTimeoutMs: number;
  readonly now: () => number;
  /** What is written beside the record, with each write. */
  readonly metadata?: () => Pick<ObjectMeta, "labels" | "annotations">;
}

/** What a write of the lease came to. */
export type LeaseWrite =
  | { readonly type: "held"; readonly sentAt: number }
  /** Somebody else wrote or deleted it meanwhile. What is there now is read. */
  | { readonly type: "overtaken" };

/** After so many conflicts in a row the lease is left to expire. */
const MOST_RELEASES = 3;

/**
 * A lease as one candidate reads and writes it, with what it saw and when.
 *
 * Guarantees: every write names the version it was decided on, so of two that decide the same only one
 * succeeds, however old what they saw was.
 */
export class LeaseLock {
  readonly #options: LeaseLockOptions;
  #observed: LeaseObservation | undefined;
  #toldAt: number | undefined;

  constructor(options: LeaseLockOptions) {
    this.#options = options;
  }

  /** What is known of the lease. */
  get observed(): LeaseObservation | undefined {
    return this.#observed;
  }

  /** When the API server last told anything of it. */
  get toldAt(): number | undefined {
    return this.#toldAt;
  }

  decide(): LeaseDecision {
    return decideLease(this.#observed, this.#options.identity, this.#options.now());
  }

  /** Takes in what a watch has told. */
  observe(lease: Lease | undefined): void {
    const now = this.#options.now();
    this.#observed = observeLease(this.#observed, lease, now);
    this.#toldAt = now;
  }

  async read(signal: AbortSignal): Promise<void> {
    const { client, namespace, name } = this.#options;
    const target = { namespace, name };
    this.observe(await client.get(leases, target, { signal: this.#limit(signal) }).catch(absent));
  }

  /** Writes this candidate into the lease: creates, takes or renews it. */
  async hold(before: Lease | undefined, signal: AbortSignal): Promise<LeaseWrite> {
    // The deadline counts from here: others count from when they see the write, which is later.
    const sentAt = this.#options.now();
    const record = heldRecord(before, this.#options, new Date());
    try {
      this.observe(await this.#write(before, record, signal));
      return { type: "held", sentAt };
    } catch (error) {
      const isDeleted = before !== undefined && isApiError(error, "NotFound");
      if (!isDeleted && !isOvertaken(error)) throw error;
      await this.read(signal);
      return { type: "overtaken" };
    }
  }

  /** Gives the lease back, if this candidate holds it. */
  async release(signal: AbortSignal): Promise<void> {
    for (let tries = 0; tries < MOST_RELEASES; tries += 1) {
      const decision = this.decide();
      if (decision.do !== "renew") return;
      try {
        const { lease } = decision;
        this.observe(await this.#write(lease, releasedRecord(lease, new Date()), signal));
        return;
      } catch (error) {
        if (!isOvertaken(error)) throw error;
        // A renewal that was given up may have landed.
        await this.read(signal);
      }
    }
  }

  #write(before: Lease | undefined, spec: LeaseSpec, signal: AbortSignal): Promise<Lease> {
    const { client, namespace, name } = this.#options;
    const options = { signal: this.#limit(signal) };
    const metadata = { ...before?.metadata, namespace, name, ...this.#options.metadata?.() };
    return before === undefined
      ? client.create(leases, { metadata, spec }, options)
      : client.replace(leases, { ...before, metadata, spec }, options);
  }

  #limit(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, AbortSignal.timeout(this.#options.callTimeoutMs)]);
  }
}

function absent(error: unknown): undefined {
  if (!isApiError(error, "NotFound")) throw error;
}

function isOvertaken(error: unknown): boolean {
  return isApiError(error, "Conflict") || isApiError(error, "AlreadyExists");
}
