import type { SlotWorker } from "@countersign/kube";
import type { IssuerKey } from "./issuer-ref.ts";
import type { Ownership } from "./ownership.ts";

/** What is told when slots come and go. */
export interface SlotWorkerOptions {
  readonly ownership: Ownership;
  /** Makes sure that nothing is decided on what the owner before has written, unseen by us. */
  readonly takeOver: (slots: readonly number[], signal: AbortSignal) => Promise<void>;
  /** The part of the requests that is ours has changed. */
  readonly onShare: () => void;
  /** All issuers there are. */
  readonly issuers: () => readonly IssuerKey[];
  /** What is known of an issuer, or was, is not to be relied on. */
  readonly forget: (issuer: IssuerKey) => void;
  readonly enqueueIssuer: (issuer: IssuerKey) => void;
  /** Has the requests of slots looked at. */
  readonly enqueueRequests: (slots: readonly number[]) => void;
  /** How long what is under way may take before a slot is given back. */
  readonly endWithinMs: number;
}

/** Makes who works in the slots that are owned. */
export function createSlotWorker(options: SlotWorkerOptions): SlotWorker {
  const { map, work } = options.ownership;
  const issuersIn = (slots: readonly number[]): IssuerKey[] =>
    options.issuers().filter((issuer) => slots.includes(map.slotOfIssuer(issuer)));
  const enqueue = (slots: readonly number[]): void => {
    for (const issuer of issuersIn(slots)) options.enqueueIssuer(issuer);
    options.enqueueRequests(slots);
  };
  return {
    begin: async (slots, signal) => {
      await options.takeOver(slots, signal);
      if (signal.aborted) return;
      for (const issuer of issuersIn(slots)) options.forget(issuer);
      work.open(slots);
      options.onShare();
      enqueue(slots);
    },
    end: async (slot, signal) => {
      const isEnded = await work.end(slot, { withinMs: options.endWithinMs, signal });
      if (!isEnded) {
        // What came meanwhile was left alone.
        enqueue([slot]);
        return false;
      }
      for (const issuer of issuersIn([slot])) options.forget(issuer);
      options.onShare();
      return true;
    },
  };
}
