import { createHash } from "node:crypto";
import { holderOf, type Lease } from "./lease.ts";

/** The replicas that divide some work, by where their leases are. */
export interface ShardGroup {
  readonly namespace: string;
  /** Of the base lease; the names of the others begin with it. */
  readonly name: string;
}

/** What a lease is of the group. */
export type ShardLease =
  | { readonly is: "base" }
  | { readonly is: "member"; readonly identity: string }
  | { readonly is: "slot"; readonly slot: number }
  | { readonly is: "foreign" };

/**
 * Into how many parts the work is divided. A constant: replicas that disagreed about it could own the
 * same part.
 */
export const SLOTS = 32;

/** Who holds the base lease while members divide the work, whoever they are. */
export const SHARDED = "sharded";

/** The longest that the API takes. The base lease ends by being released, never by time. */
const FOR_EVER_SECONDS = 2 ** 31 - 1;

const GROUP_LABEL = "countersign.dev/shards-of";
const ROLE_LABEL = "countersign.dev/shard-lease";
const SCHEME = "countersign.dev/shard-scheme";
const JOINED_BY = "countersign.dev/shard-joined-by";

/** Selects a group's leases. */
export function shardSelector(group: ShardGroup): string {
  return `${GROUP_LABEL}=${labelValue(group.name)}`;
}

/** Tells what a lease is of a group. */
export function readShardLease(group: ShardGroup, lease: Lease): ShardLease {
  const { name, labels = {} } = lease.metadata;
  if (name === group.name) return { is: "base" };
  const slot = Number(/^\.slot-(\d\d)$/.exec(name.slice(group.name.length))?.[1] ?? SLOTS);
  if (name.startsWith(group.name) && slot < SLOTS) return { is: "slot", slot };
  const identity = holderOf(lease);
  return labels[ROLE_LABEL] === "member" && identity !== undefined
    ? { is: "member", identity }
    : { is: "foreign" };
}

/** The name of a slot's lease. */
export function slotLeaseName(group: ShardGroup, slot: number): string {
  return `${group.name}.slot-${String(slot).padStart(2, "0")}`;
}

/** The name of a member's own lease. */
export function memberLeaseName(group: ShardGroup, identity: string): string {
  const digest = createHash("sha256").update(identity).digest("hex").slice(0, 20);
  return `${group.name}.member-${digest}`;
}

/** The labels of a lease of the group. */
export function shardLabels(group: ShardGroup, role: ShardLease["is"]): Record<string, string> {
  return { [GROUP_LABEL]: labelValue(group.name), [ROLE_LABEL]: role };
}

/** The annotation that says how a member, or the group, maps keys to slots. */
export function schemeAnnotation(scheme: string): Record<string, string> {
  return { [SCHEME]: scheme };
}

/** How a member, or the group, maps keys to slots. */
export function schemeOf({ metadata }: Lease): string | undefined {
  return metadata.annotations?.[SCHEME];
}

/**
 * The base lease after a member has joined. It names the member, so that no two joins write the same:
 * the API server gives no new version to a write that changes nothing.
 */
export function joinedBase(
  group: ShardGroup,
  before: Lease | undefined,
  joining: { identity: string; scheme: string; time: string },
): Omit<Lease, "apiVersion" | "kind"> {
  const { identity, scheme, time } = joining;
  const { holderIdentity, acquireTime = time, leaseTransitions = 0 } = before?.spec ?? {};
  const isSame = holderIdentity === SHARDED;
  const { namespace, name } = group;
  const { labels, annotations } = before?.metadata ?? {};
  return {
    metadata: {
      ...before?.metadata,
      namespace,
      name,
      labels: { ...labels, ...shardLabels(group, "base") },
      annotations: { ...annotations, ...schemeAnnotation(scheme), [JOINED_BY]: identity },
    },
    spec: {
      ...before?.spec,
      holderIdentity: SHARDED,
      leaseDurationSeconds: FOR_EVER_SECONDS,
      acquireTime: isSame ? acquireTime : time,
      renewTime: time,
      leaseTransitions: leaseTransitions + (isSame || before === undefined ? 0 : 1),
    },
  };
}

/** A label's value has 63 characters at most. */
function labelValue(name: string): string {
  if (name.length <= 63) return name;
  return createHash("sha256").update(name).digest("hex").slice(0, 40);
}
