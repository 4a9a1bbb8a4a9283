import type { HistogramDefinition, LabelValues, MetricDefinition, Metrics } from "./metrics.ts";

/** controller-runtime's metrics of a controller, so that dashboards for it work as they are. */

/** How a reconcile ended. */
export type ReconcileOutcome = "success" | "error" | "requeue" | "requeue_after";

const RESULTS: readonly ReconcileOutcome[] = ["success", "error", "requeue", "requeue_after"];

const TOTAL: MetricDefinition<"controller" | "result"> = {
  name: "controller_runtime_reconcile_total",
  help: "Total number of reconciliations per controller",
  labels: ["controller", "result"],
};

const ERRORS = perController(
  "controller_runtime_reconcile_errors_total",
  "Total number of reconciliation errors per controller",
);

/**
 * Always zero here: an error that must not be retried is a reconcile's result and not its throw, a
 * throw is an error and no panic, and a deadline is the business of what the reconcile calls.
 */
const ALWAYS_ZERO = [
  perController(
    "controller_runtime_terminal_reconcile_errors_total",
    "Total number of terminal reconciliation errors per controller",
  ),
  perController(
    "controller_runtime_reconcile_panics_total",
    "Total number of reconciliation panics per controller",
  ),
  perController(
    "controller_runtime_reconcile_timeouts_total",
    "Total number of reconciliation timeouts per controller",
  ),
];

const TIME: HistogramDefinition<"controller"> = {
  ...perController(
    "controller_runtime_reconcile_time_seconds",
    "Length of time per reconciliation per controller",
  ),
  buckets: [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9,
    1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
  ],
};

const MAX_CONCURRENT = perController(
  "controller_runtime_max_concurrent_reconciles",
  "Maximum number of concurrent reconciles per controller",
);

const ACTIVE = perController(
  "controller_runtime_active_workers",
  "Number of currently used workers per controller",
);

function perController(name: string, help: string): MetricDefinition<"controller"> {
  return { name, help, labels: ["controller"] };
}

/** Measures one controller. */
export interface ControllerMetrics {
  /** Call what it returns when the reconcile has ended. */
  begin(): (outcome: ReconcileOutcome) => void;
}

/** Defines the metrics of a controller, all at zero. */
export function controllerMetrics(
  metrics: Metrics,
  options: { name: string; maxConcurrentReconciles: number; now?: () => number },
): ControllerMetrics {
  const { now = () => performance.now() } = options;
  const labels: LabelValues<"controller"> = { controller: options.name };
  const total = metrics.counter(TOTAL);
  const errors = metrics.counter(ERRORS);
  const time = metrics.histogram(TIME);
  const active = metrics.gauge(ACTIVE);
  for (const result of RESULTS) total.add({ ...labels, result }, 0);
  for (const counter of [ERRORS, ...ALWAYS_ZERO]) metrics.counter(counter).add(labels, 0);
  active.set(labels, 0);
  metrics.gauge(MAX_CONCURRENT).set(labels, options.maxConcurrentReconciles);
  return {
    begin() {
      const startedAt = now();
      active.add(labels, 1);
      return (result) => {
        active.add(labels, -1);
        time.observe(labels, (now() - startedAt) / 1_000);
        total.add({ ...labels, result });
        if (result === "error") errors.add(labels);
      };
    },
  };
}
