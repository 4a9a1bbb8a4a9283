import type { KubeObject } from "./object.ts";
import { defineResource, type Resource } from "./resource.ts";

/** A coordination.k8s.io Lease. */
export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

/** The record of who holds a lease. Times are RFC 3339 with six digits after the second. */
export interface LeaseSpec {
  /** Empty or absent: nobody holds it. */
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  /** How often the lease has changed hands. */
  readonly leaseTransitions?: number;
}

/** Where the API server serves Leases. */
export const leases: Resource<Lease> = defineResource({
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  namespaced: true,
});

/** Who holds a lease; undefined when nobody does. */
export function holderOf(lease: Lease): string | undefined {
  const holder = lease.spec?.holderIdentity;
  return holder === "" ? undefined : holder;
}

/** Writes a time as a metav1.MicroTime, which takes no other number of digits than six. */
export function formatMicroTime(time: Date): string {
  return time.toISOString().replace("Z", "000Z");
}
