import { formatMicroTime, type Lease, type LeaseSpec } from "./lease.ts";

/** Who writes a record, and for how long it is to count. */
export interface Candidate {
  readonly identity: string;
  readonly leaseDurationMs: number;
}

/** The record of a candidate that creates a lease, takes it over, or renews its own. */
export function heldRecord(before: Lease | undefined, candidate: Candidate, now: Date): LeaseSpec {
  const { identity, leaseDurationMs } = candidate;
  const { holderIdentity, acquireTime, leaseTransitions = 0 } = before?.spec ?? {};
  const isOurs = holderIdentity === identity;
  const isTakenOver = before !== undefined && !isOurs;
  const time = formatMicroTime(now);
  return {
    ...before?.spec,
    holderIdentity: identity,
    // Rounded up: a shorter time would let others take over before our own deadline.
    leaseDurationSeconds: Math.ceil(leaseDurationMs / 1_000),
    acquireTime: isOurs && acquireTime !== undefined ? acquireTime : time,
    renewTime: time,
    leaseTransitions: leaseTransitions + (isTakenOver ? 1 : 0),
  };
}

/** The record of a lease that is given back: held by nobody, and over in a second for old clients. */
export function releasedRecord(before: Lease, now: Date): LeaseSpec {
  const time = formatMicroTime(now);
  return {
    ...before.spec,
    holderIdentity: "",
    leaseDurationSeconds: 1,
    acquireTime: time,
    renewTime: time,
  };
}
