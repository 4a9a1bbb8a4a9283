import type { KubeObject } from "@countersign/kube";
import { uidOf } from "./request-kind.ts";

/**
 * What other processes may have done to requests before this one worked on them: had the CA asked, and
 * written what our watch has not told yet.
 *
 * All is by the requests' uids, and forgotten with them.
 */
export class EarlierOwners<T extends KubeObject> {
  readonly #slotOf: (request: T) => number | undefined;
  /**
   * Requests that the CA may have been asked to sign, though they tell of no attempt: by another
   * process, or in a call that called its issuer at fault.
   */
  readonly #maybeAsked = new Set<string>();
  /** By slot: what is older than this may have been written by who owned it before, unseen by us. */
  readonly #ownedFrom = new Map<number, bigint>();
  /** What was read live since. */
  readonly #verified = new Set<string>();

  /** @param slotOf undefined for a request that refers to nobody's issuer that is served */
  constructor(slotOf: (request: T) => number | undefined) {
    this.#slotOf = slotOf;
  }

  /**
   * Takes note of a request as the watch tells it. One that was there before this process looked, or
   * before it led, may have been signed by another, whatever has been written to it since.
   */
  told(request: T, { isListed }: { isListed: boolean }): void {
    if (isListed || this.#isFromBefore(request)) this.#maybeAsked.add(uidOf(request));
  }

  /** Slots are ours from a version of the collection on; `requests` are all that are known. */
  takeOver(resourceVersion: string, slots: readonly number[], requests: readonly T[]): void {
    for (const slot of slots) this.#ownedFrom.set(slot, BigInt(resourceVersion));
    for (const request of requests) {
      const slot = this.#slotOf(request);
      if (slot === undefined || !slots.includes(slot)) continue;
      this.#maybeAsked.add(uidOf(request));
      this.#verified.delete(uidOf(request));
    }
  }

  /** Whether a request is to be read live before anything is decided on it. */
  isDoubtful(request: T): boolean {
    return this.#isFromBefore(request) && !this.#verified.has(uidOf(request));
  }

  readLive(uid: string): void {
    this.#verified.add(uid);
  }

  mayHaveAsked(uid: string): boolean {
    return this.#maybeAsked.has(uid);
  }

  asked(uid: string): void {
    this.#maybeAsked.add(uid);
  }

  forget(uid: string): void {
    this.#maybeAsked.delete(uid);
    this.#verified.delete(uid);
  }

  #isFromBefore(request: T): boolean {
    if (this.#ownedFrom.size === 0) return false;
    const slot = this.#slotOf(request);
    const ownedFrom = slot === undefined ? undefined : this.#ownedFrom.get(slot);
    const { resourceVersion = 0 } = request.metadata;
    return ownedFrom !== undefined && BigInt(resourceVersion) <= ownedFrom;
  }
}
