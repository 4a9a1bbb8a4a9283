import type { MemberStanding } from "./member-standing.ts";

/** What is known of a slot. */
export interface SlotView {
  /** Who holds it; undefined when nobody does. */
  readonly holder: string | undefined;
  /** Who is to hold it; undefined where nobody is known to live. */
  readonly assigned: string | undefined;
  /** Where the holder stands, if it is another. */
  readonly standing: MemberStanding;
}

/** What a member is to do about a slot. */
export type SlotDecision =
  | { readonly do: "nothing"; readonly because: "ours" | "another's" | "held by a live member" }
  | { readonly do: "take"; readonly because: "free" | "its holder is gone" }
  | { readonly do: "release" }
  /** Read the lease of its holder. */
  | { readonly do: "look"; readonly holder: string }
  /** Look again then, whatever is told until then. */
  | { readonly do: "wait"; readonly untilMs: number };

/**
 * Decides about one slot. A member takes what is assigned to it, once nobody can be at work in it; it
 * gives back what is assigned to another.
 */
export function decideSlot(slot: SlotView, self: string): SlotDecision {
  const { holder, assigned, standing } = slot;
  if (holder === self) {
    return assigned === self ? { do: "nothing", because: "ours" } : { do: "release" };
  }
  if (assigned !== self) return { do: "nothing", because: "another's" };
  if (holder === undefined) return { do: "take", because: "free" };
  switch (standing.is) {
    case "live":
      return { do: "nothing", because: "held by a live member" };
    case "leaving":
      return { do: "wait", untilMs: standing.untilMs };
    case "expired":
      // Its lease could not be deleted: it may live after all.
      return { do: "nothing", because: "held by a live member" };
    case "unknown":
      return { do: "look", holder };
    case "gone":
      return { do: "take", because: "its holder is gone" };
  }
}
