import type { HistogramDefinition, MetricDefinition, Metrics } from "./metrics.ts";

/** client-go's metrics of the calls to an API server. */

type CallLabel = "verb" | "host";

const REQUESTS: MetricDefinition<"code" | "method" | "host"> = {
  name: "rest_client_requests_total",
  help: "Number of HTTP requests, partitioned by status code, method, and host.",
  labels: ["code", "method", "host"],
};

const RETRIES: MetricDefinition<"code" | CallLabel> = {
  name: "rest_client_request_retries_total",
  help: "Number of request retries, partitioned by status code, verb, and host.",
  labels: ["code", "verb", "host"],
};

const DURATION: HistogramDefinition<CallLabel> = {
  name: "rest_client_request_duration_seconds",
  help: "Request latency in seconds. Broken down by verb and host.",
  labels: ["verb", "host"],
  buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60],
};

const REQUEST_SIZE = sizes(
  "rest_client_request_size_bytes",
  "Request size in bytes. Broken down by verb and host.",
);

const RESPONSE_SIZE = sizes(
  "rest_client_response_size_bytes",
  "Response size in bytes. Broken down by verb and host.",
);

/** From 64 bytes to 16 MiB. */
function sizes(name: string, help: string): HistogramDefinition<CallLabel> {
  const buckets = [
    64, 256, 512, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216,
  ];
  return { name, help, labels: ["verb", "host"], buckets };
}

/** An HTTP status, or that there was none: client-go's word for it. */
export type CallCode = number | "<error>";

/** Measures the calls to one API server. */
export interface RestClientMetrics {
  /** A try of a call has been answered, or failed. */
  tried(call: { method: string; code: CallCode; durationMs: number; sentBytes: number }): void;
  /** The whole body of an answer has come. */
  received(call: { method: string; bytes: number }): void;
  /** A call is made again after an answer or a failure. */
  retried(call: { method: string; code: CallCode }): void;
}

/** Defines the metrics of the calls to a host. */
export function restClientMetrics(metrics: Metrics, host: string): RestClientMetrics {
  const requests = metrics.counter(REQUESTS);
  const retries = metrics.counter(RETRIES);
  const duration = metrics.histogram(DURATION);
  const requestSize = metrics.histogram(REQUEST_SIZE);
  const responseSize = metrics.histogram(RESPONSE_SIZE);
  return {
    tried({ method, code, durationMs, sentBytes }) {
      requests.add({ code: String(code), method, host });
      duration.observe({ verb: method, host }, durationMs / 1_000);
      requestSize.observe({ verb: method, host }, sentBytes);
    },
    received: ({ method, bytes }) => responseSize.observe({ verb: method, host }, bytes),
    retried: ({ method, code }) => retries.add({ code: String(code), verb: method, host }),
  };
}
