import { SLOTS } from "@countersign/kube";
import type { IssuerKey } from "./issuer-ref.ts";
import { ShardMap } from "./shard-map.ts";
import { SlotWork } from "./slot-work.ts";

/** What belongs to this replica, and what of it is under way. */
export interface Ownership {
  readonly map: ShardMap;
  readonly work: SlotWork;
}

/** Owns everything: without other replicas that work. */
export function ownAll(): Ownership {
  const map = new ShardMap();
  const work = new SlotWork();
  work.open(ALL_SLOTS);
  return { map, work };
}

/** Whether an issuer is this replica's: its check, and its status. */
export function ownsIssuer({ map, work }: Ownership, issuer: IssuerKey): boolean {
  return work.has(map.slotOfIssuer(issuer));
}

/** Which part of an issuer's requests is this replica's, from 0 to 1. */
export function shareOf({ map, work }: Ownership, issuer: IssuerKey): number {
  const slots = map.slotsOfRequests(issuer);
  return slots.filter((slot) => work.has(slot)).length / slots.length;
}

/** Every slot there is. */
export const ALL_SLOTS: readonly number[] = Array.from({ length: SLOTS }, (_, slot) => slot);
