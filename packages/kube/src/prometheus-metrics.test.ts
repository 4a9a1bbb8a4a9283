import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { controllerMetrics } from "./controller-metrics.ts";
import { leaderElectionMetrics } from "./leader-election-metrics.ts";
import { NO_METRICS } from "./metrics.ts";
import { createMetrics } from "./prometheus-metrics.ts";
import { restClientMetrics } from "./rest-client-metrics.ts";
import { Workqueue } from "./workqueue.ts";
import { workqueueMetrics } from "./workqueue-metrics.ts";

const ORDERS = { name: "orders_total", help: "Orders", labels: ["ca"] } as const;

describe("createMetrics()", () => {
  it("exposes what was counted, set and observed", async () => {
    const metrics = createMetrics({ process: false });
    metrics.counter(ORDERS).add({ ca: "a" });
    metrics.counter(ORDERS).add({ ca: "a" }, 2);
    metrics.gauge({ name: "open", help: "Open", labels: [] }).set({}, 5);
    const sizes = { name: "sizes", help: "Sizes", labels: [], buckets: [1, 10] };
    metrics.histogram(sizes).observe({}, 7);
    assert.deepEqual((await metrics.expose()).trim().split("\n"), [
      "# HELP orders_total Orders",
      "# TYPE orders_total counter",
      'orders_total{ca="a"} 3',
      "",
      "# HELP open Open",
      "# TYPE open gauge",
      "open 5",
      "",
      "# HELP sizes Sizes",
      "# TYPE sizes histogram",
      'sizes_bucket{le="1"} 0',
      'sizes_bucket{le="10"} 1',
      'sizes_bucket{le="+Inf"} 1',
      "sizes_sum 7",
      "sizes_count 1",
    ]);
    assert.match(metrics.contentType, /^text\/plain; version=0\.0\.4/);
  });

  it("asks all who collect for a gauge whenever it is read", async () => {
    const metrics = createMetrics({ process: false });
    const open = { name: "open", help: "Open", labels: ["queue"] } as const;
    let value = 1;
    for (const queue of ["a", "b"]) metrics.gauge(open, (gauge) => gauge.set({ queue }, value));
    await metrics.expose();
    value = 2;
    assert.match(await metrics.expose(), /open\{queue="a"\} 2\nopen\{queue="b"\} 2/);
  });

  for (const [what, define] of [
    ["type", (metrics) => metrics.gauge(ORDERS)],
    ["label", (metrics) => metrics.counter({ ...ORDERS, labels: ["issuer"] })],
  ] as readonly (readonly [string, (metrics: typeof NO_METRICS) => unknown])[]) {
    it(`rejects a second definition of a name with another ${what}`, () => {
      const metrics = createMetrics({ process: false });
      metrics.counter(ORDERS);
      assert.throws(() => define(metrics), {
        name: "TypeError",
        message: "Cannot define metric orders_total: it is a counter of other settings",
      });
    });
  }

  it("has the process metrics that dashboards read", async () => {
    const text = await createMetrics().expose();
    assert.match(text, /^process_cpu_seconds_total \d/m);
    assert.match(text, /^process_resident_memory_bytes \d/m);
  });

  it("has controller-runtime's names", async () => {
    const metrics = createMetrics({ process: false });
    controllerMetrics(metrics, { name: "x", maxConcurrentReconciles: 1 });
    leaderElectionMetrics(metrics, { name: "x", isLeading: () => true });
    restClientMetrics(metrics, "host");
    new Workqueue({ observe: workqueueMetrics(metrics, { name: "x" }) });
    const text = await metrics.expose();
    const names = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [
      name,
      type,
    ]);
    assert.deepEqual(Object.fromEntries(names), {
      controller_runtime_active_workers: "gauge",
      controller_runtime_max_concurrent_reconciles: "gauge",
      controller_runtime_reconcile_errors_total: "counter",
      controller_runtime_reconcile_panics_total: "counter",
      controller_runtime_reconcile_time_seconds: "histogram",
      controller_runtime_reconcile_timeouts_total: "counter",
      controller_runtime_reconcile_total: "counter",
      controller_runtime_terminal_reconcile_errors_total: "counter",
      leader_election_master_status: "gauge",
      leader_election_slowpath_total: "counter",
      rest_client_request_duration_seconds: "histogram",
      rest_client_request_retries_total: "counter",
      rest_client_request_size_bytes: "histogram",
      rest_client_requests_total: "counter",
      rest_client_response_size_bytes: "histogram",
      workqueue_adds_total: "counter",
      workqueue_depth: "gauge",
      workqueue_longest_running_processor_seconds: "gauge",
      workqueue_queue_duration_seconds: "histogram",
      workqueue_retries_total: "counter",
      workqueue_unfinished_work_seconds: "gauge",
      workqueue_work_duration_seconds: "histogram",
    });
    assert.match(text, /^leader_election_master_status\{name="x"\} 1$/m);
  });
});

describe("NO_METRICS", () => {
  it("takes everything and keeps nothing", () => {
    NO_METRICS.counter(ORDERS).add({ ca: "a" });
    NO_METRICS.gauge(ORDERS).set({ ca: "a" }, 1);
    NO_METRICS.gauge(ORDERS).remove({ ca: "a" });
    NO_METRICS.histogram({ ...ORDERS, buckets: [] }).observe({ ca: "a" }, 1);
  });
});
