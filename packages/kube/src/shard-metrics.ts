import type { MetricDefinition, Metrics } from "./metrics.ts";

const OWNED: MetricDefinition<"name"> = {
  name: "countersign_owned_shards",
  help: "Slots of the work that this replica owns. 'name' identifies the group of replicas.",
  labels: ["name"],
};

const MOVES: MetricDefinition<"name" | "move"> = {
  name: "countersign_shard_moves_total",
  help: "Slots that this replica has taken or given back.",
  labels: ["name", "move"],
};

/** Measures one member of a group. */
export interface ShardMetrics {
  moved(move: "taken" | "released"): void;
}

/** Defines the metrics of a member. `owned` is asked whenever they are read. */
export function shardMetrics(
  metrics: Metrics,
  options: { name: string; owned: () => number },
): ShardMetrics {
  const { name } = options;
  metrics.gauge(OWNED, (gauge) => gauge.set({ name }, options.owned()));
  const moves = metrics.counter(MOVES);
  for (const move of ["taken", "released"]) moves.add({ name, move }, 0);
  return { moved: (move) => moves.add({ name, move }) };
}
