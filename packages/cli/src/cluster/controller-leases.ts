import { type Client, type Lease, leases } from "@countersign/kube";
import { look, type Seen } from "./seen.ts";

/** How a lease stands. */
export type LeaseStanding =
  | { readonly is: "held"; readonly by: string; readonly renewedMsAgo: number }
  | { readonly is: "expired"; readonly by: string; readonly renewedMsAgo: number }
  | { readonly is: "free" };

/** Tells how a lease stands at a time; a time without a digit of it is never. */
export function standingOf(lease: Lease, now: Date): LeaseStanding {
  const { holderIdentity: by = "", renewTime, leaseDurationSeconds = 15 } = lease.spec ?? {};
  if (by === "") return { is: "free" };
  const renewedMsAgo = now.getTime() - Date.parse(renewTime ?? "1970-01-01T00:00:00Z");
  const isFresh = renewedMsAgo <= leaseDurationSeconds * 1_000 + CLOCK_TOLERANCE_MS;
  return { is: isFresh ? "held" : "expired", by, renewedMsAgo };
}

/** The holder's clock wrote the time, another one reads it. */
const CLOCK_TOLERANCE_MS = 5_000;

/**
 * Finds the leases of whoever serves a group: ours are called by it; those of Go's issuers mostly end
 * with it (`54c549fd.sample-issuer.example.com`).
 */
export async function findLeases(
  client: Client,
  group: string,
  signal: AbortSignal,
): Promise<Seen<readonly Lease[]>> {
  return look("list leases.coordination.k8s.io", async () => {
    const { items } = await client.list(leases, { signal });
    return items.filter(({ metadata: { name } }) => isOfGroup(name, group));
  });
}

/** What cert-manager's own controllers call theirs. */
export const CERT_MANAGER_LEASE = "cert-manager-controller";

/** Whether a lease's name says that it is of a group. */
export function isOfGroup(lease: string, group: string): boolean {
  if (group === "cert-manager.io") return lease === CERT_MANAGER_LEASE;
  return (
    lease === group ||
    lease.endsWith(`.${group}`) ||
    lease.startsWith(`${group}-`) ||
    lease.startsWith(`${group}.`)
  );
}

/** Who holds a group's own lease while replicas divide the work: the lease then says nothing more. */
const SHARDED = "sharded";

/** What a replica's own lease has in its name, as long as replicas divide the work. */
const MEMBER = ".member-";

/** Whether replicas divide the work of a group (`--sharded`). */
export function isSharded(leases: readonly Lease[]): boolean {
  return leases.some(({ spec }) => spec?.holderIdentity === SHARDED);
}

/** The leases that tell whether somebody works: where replicas divide the work, each has its own. */
export function tellingLeases(leases: readonly Lease[]): readonly Lease[] {
  if (!isSharded(leases)) return leases;
  return leases.filter(({ metadata }) => metadata.name.includes(MEMBER));
}
