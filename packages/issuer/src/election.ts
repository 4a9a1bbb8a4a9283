import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import {
  type Connection,
  createClient,
  createTransport,
  LeaderElectionError,
  LeaderElector,
  type LeaseTimes,
  type Logger,
  type Metrics,
  type Transport,
} from "@countersign/kube";

/** Which lease a program asks for. */
export interface ElectionOptions {
  readonly connection: Connection;
  /** Undefined outside a pod, unless it is given. */
  readonly namespace: string | undefined;
  readonly name: string;
  readonly times: LeaseTimes;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** A candidate, and the connections it has to itself. */
export interface Election {
  readonly elector: LeaderElector;
  readonly transport: Transport;
}

/**
 * Creates a candidate for a program's lease, with a transport of its own.
 *
 * @throws LeaderElectionError `ERR_LEASE_NAMESPACE` without a namespace, `ERR_LEASE_TIMES`.
 */
export function createElection(options: ElectionOptions): Election {
  const { connection, name, times, logger, metrics } = options;
  const namespace = leaseNamespaceOf(options);
  // One for the candidate's own calls, one in case the first is dead.
  const own = { connections: 2, userAgent: "countersign/leader-election", metrics };
  const transport = createTransport(connection, own);
  const identity = `${hostname()}_${randomUUID()}`;
  const client = createClient(transport);
  return {
    transport,
    elector: new LeaderElector({ client, namespace, name, identity, times, logger, metrics }),
  };
}

/**
 * The namespace of a program's leases.
 *
 * @throws LeaderElectionError `ERR_LEASE_NAMESPACE` without one.
 */
export function leaseNamespaceOf({ namespace }: Pick<ElectionOptions, "namespace">): string {
  if (namespace !== undefined) return namespace;
  throw new LeaderElectionError(
    "ERR_LEASE_NAMESPACE",
    "Cannot elect a leader: --leader-election-namespace is not given, must be the namespace of the lease: this process is in no pod whose namespace it could take",
  );
}
