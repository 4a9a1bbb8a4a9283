import { hash } from "node:crypto";

/**
 * Assigns each slot to one of the members, the same on every replica that knows the same members.
 *
 * Each slot goes to the member that scores highest for it (rendezvous hashing), as long as that member
 * has room: no member gets more than one slot above any other. The highest scores of all are given
 * first, so that a member that comes or goes moves few slots beside its own share.
 *
 * Returns the owner of each slot; none where there are no members.
 */
export function assignSlots(members: readonly string[], slots: number): readonly string[] {
  if (members.length === 0) return [];
  const least = Math.floor(slots / members.length);
  let extra = slots % members.length;
  const loads = new Map<string, number>();
  const owners: string[] = [];
  const bids = Array.from({ length: slots }, (_, slot) =>
    members.map((member) => ({ slot, member, score: scoreOf(member, slot) })),
  );
  for (const { slot, member } of bids.flat().sort(byScore)) {
    const load = loads.get(member) ?? 0;
    if (owners[slot] !== undefined || load > least || (load === least && extra === 0)) continue;
    if (load === least) extra -= 1;
    loads.set(member, load + 1);
    owners[slot] = member;
  }
  return owners;
}

interface Bid {
  readonly slot: number;
  readonly member: string;
  readonly score: string;
}

function scoreOf(member: string, slot: number): string {
  return hash("sha256", `${slot} ${member}`);
}

function byScore(a: Bid, b: Bid): number {
  return a.score < b.score ? 1 : -1;
}
