import { holderOf, type Lease } from "./lease.ts";
import type { LeaseObservation } from "./lease-decision.ts";
import { durationMsOf, type MemberStanding } from "./member-standing.ts";
import { SHARDED, schemeOf } from "./shard-group.ts";

/** A member, as another sees it. */
export interface MemberView {
  readonly identity: string;
  readonly scheme: string | undefined;
  readonly standing: MemberStanding;
}

/** What a replica that wants to join is to do. */
export type JoinDecision =
  /** Write the base lease over what was seen of it: it is the version that counts. */
  | { readonly do: "join"; readonly base: Lease | undefined }
  /** Delete the leases of these, then look again. */
  | { readonly do: "evict"; readonly leases: readonly Lease[] }
  | { readonly do: "wait"; readonly holders: readonly string[]; readonly untilMs: number };

/**
 * Decides whether a replica may join with its scheme: how it maps keys to slots.
 *
 * Whoever serves has joined under the scheme of the base lease, and the scheme changes only where no
 * such member lives. So members of other schemes block nobody: they cannot have joined, and `workers` are
 * those that may have. A leader holds the base lease as any lease: until it is released or expires.
 */
export function decideJoin(
  base: LeaseObservation,
  workers: readonly MemberView[],
  { scheme, now }: { scheme: string; now: number },
): JoinDecision {
  const { lease } = base;
  const holder = lease === undefined ? undefined : holderOf(lease);
  if (lease === undefined || holder === undefined) return { do: "join", base: lease };
  if (holder !== SHARDED) {
    const untilMs = base.at + durationMsOf(lease);
    return now >= untilMs
      ? { do: "join", base: lease }
      : { do: "wait", holders: [holder], untilMs };
  }
  const current = schemeOf(lease);
  if (current === scheme) return { do: "join", base: lease };
  const expired = workers.flatMap(({ standing }) =>
    standing.is === "expired" ? [standing.lease] : [],
  );
  if (expired.length > 0) return { do: "evict", leases: expired };
  const live = workers.flatMap(({ identity, standing }) =>
    standing.is === "live" || standing.is === "leaving"
      ? [{ identity, untilMs: standing.untilMs }]
      : [],
  );
  if (live.length === 0) return { do: "join", base: lease };
  return {
    do: "wait",
    holders: live.map(({ identity }) => identity),
    untilMs: Math.min(...live.map(({ untilMs }) => untilMs)),
  };
}
