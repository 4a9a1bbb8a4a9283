import type { MetricDefinition, Metrics } from "./metrics.ts";

const MASTER_STATUS: MetricDefinition<"name"> = {
  name: "leader_election_master_status",
  help: "Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master. 'name' is the string used to identify the lease. Please make sure to group by name.",
  labels: ["name"],
};

const SLOW_PATH: MetricDefinition<"name"> = {
  name: "leader_election_slowpath_total",
  help: "Total number of slow path exercised in renewing leader leases. 'name' is the string used to identify the lease. Please make sure to group by name.",
  labels: ["name"],
};

/** Measures one candidate of an election. */
export interface LeaderElectionMetrics {
  /** A renewal was refused, and the lease had to be read before the next try. */
  tookSlowPath(): void;
}

/** Defines client-go's metrics of an election. `isLeading` is asked whenever they are read. */
export function leaderElectionMetrics(
  metrics: Metrics,
  options: { name: string; isLeading: () => boolean },
): LeaderElectionMetrics {
  const labels = { name: options.name };
  metrics.gauge(MASTER_STATUS, (gauge) => gauge.set(labels, options.isLeading() ? 1 : 0));
  const slowPath = metrics.counter(SLOW_PATH);
  slowPath.add(labels, 0);
  return { tookSlowPath: () => slowPath.add(labels) };
}
