import { isApiError } from "./api-error.ts";
import type { Client } from "./client.ts";
import { formatMicroTime, type Lease, leases } from "./lease.ts";
import { heldRecord, releasedRecord } from "./lease-record.ts";
import type { ShardCache } from "./shard-cache.ts";
import {
  joinedBase,
  memberLeaseName,
  SHARDED,
  type ShardGroup,
  shardLabels,
  shardSelector,
  slotLeaseName,
} from "./shard-group.ts";

/** Who reads and writes a group's leases. */
export interface ShardLeasesOptions {
  readonly client: Client;
  readonly group: ShardGroup;
  readonly identity: string;
  readonly scheme: string;
  readonly leaseDurationMs: number;
  /** How long one call may take. */
  readonly callTimeoutMs: number;
  readonly cache: ShardCache;
}

/**
 * The leases of a group as one member reads and writes them; what it learns goes into the cache.
 *
 * Guarantees: every write names the version it was decided on. What is refused because somebody else
 * was first returns false, and what is there now has been read.
 */
export class ShardLeases {
  readonly #options: ShardLeasesOptions;

  constructor(options: ShardLeasesOptions) {
    this.#options = options;
  }

  /** Reads the base lease, then all of the group: whoever wrote the base before is among them. */
  async readAll(signal: AbortSignal): Promise<Lease | undefined> {
    const { client, group, cache } = this.#options;
    const base = await this.#read(group.name, signal);
    const labelSelector = shardSelector(group);
    const limit = this.#limit(signal);
    const list = { namespace: group.namespace, labelSelector, signal: limit };
    for (const lease of (await client.list(leases, list)).items) cache.saw(lease);
    return base;
  }

  /** Reads the lease of a slot's holder. */
  async look(holder: string, signal: AbortSignal): Promise<void> {
    const { group, cache, leaseDurationMs } = this.#options;
    const lease = await this.#read(memberLeaseName(group, holder), signal);
    if (lease === undefined) cache.sawHolderGone(holder, leaseDurationMs);
  }

  /** Writes this member and its scheme into the base lease. */
  join(before: Lease | undefined, signal: AbortSignal): Promise<boolean> {
    const { group, identity, scheme } = this.#options;
    const time = formatMicroTime(new Date());
    return this.#write(before, joinedBase(group, before, { identity, scheme, time }), signal);
  }

  /** Takes a slot: one that has no lease yet where `before` is undefined. */
  take(slot: number, before: Lease | undefined, signal: AbortSignal): Promise<boolean> {
    const { group, identity, leaseDurationMs } = this.#options;
    const metadata = {
      ...before?.metadata,
      namespace: group.namespace,
      name: slotLeaseName(group, slot),
      labels: { ...before?.metadata.labels, ...shardLabels(group, "slot") },
    };
    const spec = heldRecord(before, { identity, leaseDurationMs }, new Date());
    return this.#write(before, { metadata, spec }, signal);
  }

  /** Gives a slot, or the base lease, back. */
  release(lease: Lease, signal: AbortSignal): Promise<boolean> {
    return this.#write(lease, { ...lease, spec: releasedRecord(lease, new Date()) }, signal);
  }

  /** Deletes the lease of a member that was not renewed, if it still was not. */
  async evict(lease: Lease, signal: AbortSignal): Promise<boolean> {
    const { client, group, cache } = this.#options;
    const { name, uid, resourceVersion } = lease.metadata;
    const preconditions = {
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    };
    try {
      const options = { preconditions, signal: this.#limit(signal) };
      await client.delete(leases, { namespace: group.namespace, name }, options);
    } catch (error) {
      if (isApiError(error, "Conflict")) await this.#read(name, signal);
      // Whoever deleted it may have known less than we: the watch tells what it was at the end.
      else if (!isApiError(error, "NotFound")) throw error;
      return false;
    }
    // It was unchanged until it was deleted: the time at which it was last seen renewed is known.
    cache.sawGone(lease, { isListed: false });
    return true;
  }

  /** Gives the base lease back unless another member of this scheme is there. */
  async releaseBase(signal: AbortSignal): Promise<void> {
    const { cache, identity, scheme } = this.#options;
    const base = await this.readAll(signal);
    if (base?.spec?.holderIdentity !== SHARDED) return;
    const others = cache.workers(scheme).filter((each) => each.identity !== identity);
    const isOver = others.every(
      ({ standing }) => standing.is === "expired" || standing.is === "gone",
    );
    if (isOver) await this.release(base, signal);
  }

  async #write(
    before: Lease | undefined,
    draft: Omit<Lease, "apiVersion" | "kind">,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { client, cache } = this.#options;
    const options = { signal: this.#limit(signal) };
    try {
      const written =
        before === undefined
          ? await client.create(leases, draft, options)
          : await client.replace(leases, { ...before, ...draft }, options);
      cache.saw(written);
      return true;
    } catch (error) {
      const isOvertaken = isApiError(error, "Conflict") || isApiError(error, "AlreadyExists");
      const isDeleted = before !== undefined && isApiError(error, "NotFound");
      if (!isOvertaken && !isDeleted) throw error;
      if ((await this.#read(draft.metadata.name, signal)) === undefined && before !== undefined) {
        cache.sawGone(before, { isListed: true });
      }
      return false;
    }
  }

  async #read(name: string, signal: AbortSignal): Promise<Lease | undefined> {
    const { client, group, cache } = this.#options;
    try {
      const target = { namespace: group.namespace, name };
      const lease = await client.get(leases, target, { signal: this.#limit(signal) });
      cache.saw(lease);
      return lease;
    } catch (error) {
      if (isApiError(error, "NotFound")) return undefined;
      throw error;
    }
  }

  #limit(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, AbortSignal.timeout(this.#options.callTimeoutMs)]);
  }
}
