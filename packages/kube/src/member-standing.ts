import type { Lease } from "./lease.ts";
import type { LeaseObservation } from "./lease-decision.ts";

/**
 * Where a member stands, as far as this process can know by its own clock:
 *
 * - `live`: its lease was renewed within its duration. It may become expired at `untilMs`.
 * - `expired`: it was not, so that its right to write has ended. Its lease is to be deleted before
 *   anything is taken from it: one that was renewed after all, unseen by us, is then not lost.
 * - `leaving`: its lease is gone. It may have been deleted while the member was at work, so that what
 *   it holds is left alone until `untilMs`.
 * - `gone`: its lease is gone, and its right to write has ended.
 * - `unknown`: its lease was never seen. A slot can be heard of before its holder: it is to be read.
 */
export type MemberStanding =
  | { readonly is: "live"; readonly untilMs: number }
  | { readonly is: "expired"; readonly lease: Lease }
  | { readonly is: "leaving"; readonly untilMs: number }
  | { readonly is: "gone" }
  | { readonly is: "unknown" };

/** Judges a member by its lease as it was last seen. */
export function standingOf(
  { lease, at }: LeaseObservation,
  durationMs: number,
  now: number,
): MemberStanding {
  const isOver = now >= at + durationMs;
  if (lease === undefined)
    return isOver ? { is: "gone" } : { is: "leaving", untilMs: at + durationMs };
  return isOver ? { is: "expired", lease } : { is: "live", untilMs: at + durationMs };
}

/** How long a lease, or what its holder took under it, counts after it was last seen renewed. */
export function durationMsOf(lease: Lease | undefined): number {
  return (lease?.spec?.leaseDurationSeconds ?? 0) * 1_000;
}
