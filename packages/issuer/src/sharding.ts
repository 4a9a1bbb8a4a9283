import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { createClient, createTransport, ShardMember, type Transport } from "@countersign/kube";
import { type ElectionOptions, leaseNamespaceOf } from "./election.ts";
import { type RequestRanges, ShardMap } from "./shard-map.ts";

/** How the work is divided among replicas. */
export interface ShardingOptions extends ElectionOptions {
  readonly ranges: RequestRanges;
}

/** One of several replicas that work side by side, and the connections it has to itself. */
export interface Sharding {
  readonly member: ShardMember;
  readonly map: ShardMap;
  readonly transport: Transport;
}

/**
 * Creates a member of a program's replicas, with a transport of its own.
 *
 * @throws LeaderElectionError `ERR_LEASE_NAMESPACE` without a namespace, `ERR_LEASE_TIMES`.
 */
export function createSharding(options: ShardingOptions): Sharding {
  const { connection, name, times, logger, metrics, ranges } = options;
  const namespace = leaseNamespaceOf(options);
  const own = { connections: 4, userAgent: "countersign/sharding", metrics };
  const transport = createTransport(connection, own);
  const map = new ShardMap(ranges);
  const identity = `${hostname()}_${randomUUID()}`;
  const client = createClient(transport);
  const group = { namespace, name };
  const member = new ShardMember({
    client,
    group,
    identity,
    scheme: map.scheme,
    times,
    logger,
    metrics,
  });
  return { member, map, transport };
}
