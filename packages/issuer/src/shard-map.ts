import { hash } from "node:crypto";
import { SLOTS } from "@countersign/kube";
import type { IssuerKey } from "./issuer-ref.ts";

/** Into how many ranges the requests of an issuer are divided. One that is not named has one. */
export type RequestRanges = ReadonlyMap<IssuerKey, number>;

/**
 * Which slot an issuer or a request belongs to, the same on every replica of a scheme.
 *
 * A request belongs to the slot of its issuer, unless the issuer's requests are divided: then to that of
 * its range, by its uid. The first range is in the issuer's own slot, each further one in the next.
 *
 * An issuer is known by its key, not by its uid: a request names its issuer for ever, so that its slot
 * does not depend on which version of which cache knows the issuer, or whether it exists yet.
 */
export class ShardMap {
  readonly #ranges: RequestRanges;
  /** The issuer that was asked for last: a backlog asks for the same again and again. */
  #last: { readonly issuer: IssuerKey; readonly slot: number } | undefined;

  constructor(ranges: RequestRanges = new Map()) {
    this.#ranges = ranges;
  }

  /** Everything that the slots depend on. */
  get scheme(): string {
    const ranges = [...this.#ranges].sort(([a], [b]) => (a < b ? -1 : 1));
    const divided = ranges.map(([issuer, count]) => `${issuer}=${count}`);
    return [`v1 slots=${SLOTS}`, ...divided].join("; ");
  }

  slotOfIssuer(issuer: IssuerKey): number {
    if (this.#last?.issuer !== issuer) {
      this.#last = { issuer, slot: numberOf(issuer) % SLOTS };
    }
    return this.#last.slot;
  }

  /** The slots of an issuer's requests: one a range. */
  slotsOfRequests(issuer: IssuerKey): number[] {
    const first = this.slotOfIssuer(issuer);
    const count = this.#ranges.get(issuer) ?? 1;
    return Array.from({ length: count }, (_, range) => (first + range) % SLOTS);
  }

  slotOfRequest(issuer: IssuerKey, uid: string): number {
    const count = this.#ranges.get(issuer) ?? 1;
    const range = count === 1 ? 0 : numberOf(uid) % count;
    return (this.slotOfIssuer(issuer) + range) % SLOTS;
  }
}

function numberOf(text: string): number {
  return Number.parseInt(hash("sha256", text).slice(0, 8), 16);
}
