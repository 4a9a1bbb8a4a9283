import { holderOf, type Lease } from "./lease.ts";

/**
 * A lease as this process saw it, and when: on its own clock, which never goes back. What the record
 * says of times is another machine's clock, and is never compared with ours.
 */
export interface LeaseObservation {
  /** Undefined: there is no such lease. */
  readonly lease: Lease | undefined;
  /** When this record was first seen, in milliseconds. */
  readonly at: number;
}

/** What a candidate is to do about its lease. */
export type LeaseDecision =
  /** Nothing is known yet: read it. */
  | { readonly do: "read" }
  | { readonly do: "create" }
  | { readonly do: "take"; readonly lease: Lease; readonly because: "released" | "expired" }
  | { readonly do: "renew"; readonly lease: Lease }
  /** Somebody else holds it; it expires at `untilMs` unless they renew it. */
  | { readonly do: "wait"; readonly holder: string; readonly untilMs: number };

/**
 * Takes in what the API server has told. A record that is the same as before was not renewed: it keeps
 * the time at which it was first seen, whatever else of the object has changed.
 */
export function observeLease(
  before: LeaseObservation | undefined,
  lease: Lease | undefined,
  now: number,
): LeaseObservation {
  const isSame =
    before?.lease !== undefined &&
    lease !== undefined &&
    recordOf(before.lease) === recordOf(lease);
  return { lease, at: isSame ? before.at : now };
}

/**
 * Decides what a candidate does, as client-go's leader election: a lease that another holds is left
 * alone until its duration has passed since this process saw it renewed.
 */
export function decideLease(
  observed: LeaseObservation | undefined,
  identity: string,
  now: number,
): LeaseDecision {
  if (observed === undefined) return { do: "read" };
  const { lease, at } = observed;
  if (lease === undefined) return { do: "create" };
  const holder = holderOf(lease);
  if (holder === identity) return { do: "renew", lease };
  if (holder === undefined) return { do: "take", lease, because: "released" };
  const untilMs = at + (lease.spec?.leaseDurationSeconds ?? 0) * 1_000;
  return now >= untilMs
    ? { do: "take", lease, because: "expired" }
    : { do: "wait", holder, untilMs };
}

function recordOf({ spec = {} }: Lease): string {
  const { holderIdentity, leaseDurationSeconds, acquireTime, renewTime, leaseTransitions } = spec;
  return JSON.stringify([
    holderIdentity,
    leaseDurationSeconds,
    acquireTime,
    renewTime,
    leaseTransitions,
  ]);
}
