import type { HistogramDefinition, MetricDefinition, Metrics } from "./metrics.ts";
import {
  LOW_PRIORITY,
  NORMAL_PRIORITY,
  type Workqueue,
  type WorkqueueObserver,
} from "./workqueue.ts";

/** client-go's metrics of a workqueue, under controller-runtime's labels. */

type QueueLabel = "name" | "controller";

const DEPTH: MetricDefinition<QueueLabel | "priority"> = {
  name: "workqueue_depth",
  help: "Current depth of workqueue by workqueue and priority",
  labels: ["name", "controller", "priority"],
};

const ADDS = perQueue("workqueue_adds_total", "Total number of adds handled by workqueue");

const QUEUE_DURATION = durations(
  "workqueue_queue_duration_seconds",
  "How long in seconds an item stays in workqueue before being requested",
);

const WORK_DURATION = durations(
  "workqueue_work_duration_seconds",
  "How long in seconds processing an item from workqueue takes.",
);

const UNFINISHED = perQueue(
  "workqueue_unfinished_work_seconds",
  "How many seconds of work has been done that is in progress and hasn't been observed by work_duration.",
);

const LONGEST = perQueue(
  "workqueue_longest_running_processor_seconds",
  "How many seconds has the longest running processor for workqueue been running.",
);

const RETRIES = perQueue(
  "workqueue_retries_total",
  "Total number of items added to the workqueue with a delay",
);

function perQueue(name: string, help: string): MetricDefinition<QueueLabel> {
  return { name, help, labels: ["name", "controller"] };
}

/** From 10 ns to 1,000 s. */
function durations(name: string, help: string): HistogramDefinition<QueueLabel> {
  const buckets = Array.from({ length: 12 }, (_, power) => Number(`1e${power - 8}`));
  return { ...perQueue(name, help), buckets };
}

/** Defines the metrics of the queue of a controller: what {@link WorkqueueOptions.observe} takes. */
export function workqueueMetrics(
  metrics: Metrics,
  options: { name: string; now?: () => number },
): (queue: Pick<Workqueue, "depthByPriority">) => WorkqueueObserver {
  const { name, now = () => performance.now() } = options;
  const labels = { name, controller: name };
  const adds = metrics.counter(ADDS);
  const queueDuration = metrics.histogram(QUEUE_DURATION);
  const workDuration = metrics.histogram(WORK_DURATION);
  const retries = metrics.counter(RETRIES);
  for (const counter of [adds, retries]) counter.add(labels, 0);
  const addedAt = new Map<string, number>();
  const takenAt = new Map<string, number>();
  const workedSeconds = () => [...takenAt.values()].map((at) => (now() - at) / 1_000);
  metrics.gauge(UNFINISHED, (gauge) => {
    gauge.set(
      labels,
      workedSeconds().reduce((sum, seconds) => sum + seconds, 0),
    );
  });
  metrics.gauge(LONGEST, (gauge) => gauge.set(labels, Math.max(0, ...workedSeconds())));
  return (queue) => {
    /** Those that were seen, and the two that are always shown: a series that comes and goes has no rate. */
    const priorities = new Set([NORMAL_PRIORITY, LOW_PRIORITY]);
    metrics.gauge(DEPTH, (gauge) => {
      const depths = queue.depthByPriority();
      for (const priority of depths.keys()) priorities.add(priority);
      for (const priority of priorities) {
        gauge.set({ ...labels, priority: String(priority) }, depths.get(priority) ?? 0);
      }
    });
    return {
      added(key) {
        adds.add(labels);
        addedAt.set(key, now());
      },
      delayed: () => retries.add(labels),
      taken(key) {
        const at = addedAt.get(key) ?? now();
        addedAt.delete(key);
        takenAt.set(key, now());
        queueDuration.observe(labels, (now() - at) / 1_000);
      },
      done(key) {
        const at = takenAt.get(key) ?? now();
        takenAt.delete(key);
        workDuration.observe(labels, (now() - at) / 1_000);
      },
    };
  };
}
