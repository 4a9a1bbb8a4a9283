import type { MemberView } from "./join-decision.ts";
import { holderOf, type Lease } from "./lease.ts";
import { type LeaseObservation, observeLease } from "./lease-decision.ts";
import { durationMsOf, type MemberStanding, standingOf } from "./member-standing.ts";
import {
  memberLeaseName,
  readShardLease,
  type ShardGroup,
  schemeOf,
  slotLeaseName,
} from "./shard-group.ts";

/** A lease as it is known. */
interface Known extends LeaseObservation {
  readonly version: bigint;
  readonly durationMs: number;
}

/**
 * The leases of a group as this process has seen them, and when: by its watch, by its reads and by its
 * own writes. The newest version counts, in whatever order they are told.
 */
export class ShardCache {
  readonly #group: ShardGroup;
  readonly #now: () => number;
  readonly #known = new Map<string, Known>();

  constructor(group: ShardGroup, now: () => number) {
    this.#group = group;
    this.#now = now;
  }

  /** Takes in a version of a lease. Returns whether it is news. */
  saw(lease: Lease): boolean {
    const { name } = lease.metadata;
    const before = this.#known.get(name);
    const version = versionOf(lease);
    if (before !== undefined && version <= before.version) return false;
    const observed = observeLease(before, lease, this.#now());
    this.#known.set(name, { ...observed, version, durationMs: durationMsOf(lease) });
    return true;
  }

  /**
   * Takes in that a lease is gone which was last seen as `last`. By the watch, which has told of every
   * renewal before, the time of the last one counts; after a list there may have been one unseen.
   */
  sawGone(last: Lease, { isListed }: { isListed: boolean }): boolean {
    const { name } = last.metadata;
    const before = this.#known.get(name);
    const version = versionOf(last);
    if (before === undefined || before.lease === undefined || version < before.version)
      return false;
    const at = isListed ? this.#now() : before.at;
    this.#known.set(name, { ...before, lease: undefined, at });
    return true;
  }

  /** The base lease; undefined where it has not been told of. */
  get base(): Lease | undefined {
    return this.#known.get(this.#group.name)?.lease;
  }

  /** The base lease as it was read: `lease` where there is none. */
  observeBase(lease: Lease | undefined): LeaseObservation {
    if (lease !== undefined) this.saw(lease);
    const known = this.#known.get(this.#group.name);
    if (lease === undefined || known?.lease === undefined) return { lease, at: this.#now() };
    // What was read is what a write is to replace, whatever a watch tells meanwhile.
    return { lease, at: known.at };
  }

  slot(slot: number): Lease | undefined {
    return this.#known.get(slotLeaseName(this.#group, slot))?.lease;
  }

  /** The members whose leases exist. */
  members(): MemberView[] {
    const now = this.#now();
    return [...this.#known.values()].flatMap(({ lease, at, durationMs }) => {
      if (lease === undefined) return [];
      const what = readShardLease(this.#group, lease);
      if (what.is !== "member") return [];
      const standing = standingOf({ lease, at }, durationMs, now);
      return [{ identity: what.identity, scheme: schemeOf(lease), standing }];
    });
  }

  /**
   * Who may be at work under a scheme: its members, and holders of slots whose leases are gone, of
   * which nobody knows what their scheme was.
   */
  workers(scheme: string | undefined): MemberView[] {
    const members = this.members();
    const known = new Set(members.map(({ identity }) => identity));
    const holders = new Set<string>();
    for (const { lease } of this.#known.values()) {
      const holder = lease === undefined ? undefined : holderOf(lease);
      if (lease === undefined || holder === undefined || known.has(holder)) continue;
      if (readShardLease(this.#group, lease).is === "slot") holders.add(holder);
    }
    return [
      ...members.filter((each) => each.scheme === scheme),
      ...[...holders].map((identity) => {
        return { identity, scheme: undefined, standing: this.standingOf(identity) };
      }),
    ];
  }

  /** What the existing members say. */
  annotationsOfMembers(): Map<string, Readonly<Record<string, string>>> {
    const leases = [...this.#known.values()].flatMap(({ lease }) => lease ?? []);
    return new Map(
      leases.flatMap((lease) => {
        const what = readShardLease(this.#group, lease);
        return what.is === "member" ? [[what.identity, lease.metadata.annotations ?? {}]] : [];
      }),
    );
  }

  /** Where a member stands. */
  standingOf(identity: string): MemberStanding {
    const known = this.#known.get(memberLeaseName(this.#group, identity));
    if (known === undefined) return { is: "unknown" };
    return standingOf(known, known.durationMs, this.#now());
  }

  /** Takes in that the lease of a slot's holder was read, and is not there: it was until now, maybe. */
  sawHolderGone(identity: string, durationMs: number): void {
    const name = memberLeaseName(this.#group, identity);
    if (this.#known.has(name)) return;
    this.#known.set(name, { lease: undefined, at: this.#now(), version: 0n, durationMs });
  }

  /** Forgets the members that are gone and hold nothing. */
  prune(): void {
    const holders = new Set<string>();
    for (const { lease } of this.#known.values()) {
      const holder = lease === undefined ? undefined : holderOf(lease);
      if (holder !== undefined) holders.add(memberLeaseName(this.#group, holder));
    }
    for (const [name, { lease }] of this.#known) {
      if (
        lease === undefined &&
        name.startsWith(`${this.#group.name}.member-`) &&
        !holders.has(name)
      )
        this.#known.delete(name);
    }
  }
}

function versionOf({ metadata }: Lease): bigint {
  return BigInt(metadata.resourceVersion ?? 0);
}
