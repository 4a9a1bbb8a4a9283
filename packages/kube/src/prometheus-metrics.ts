import { isDeepStrictEqual } from "node:util";
import {
  collectDefaultMetrics,
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from "prom-client";
import type {
  Counter,
  Gauge,
  Histogram,
  HistogramDefinition,
  MetricDefinition,
  MetricsRegistry,
} from "./metrics.ts";

/** Settings of {@link createMetrics}. */
export interface MetricsOptions {
  /** Whether `process_*` and `nodejs_*` are among them. @default true */
  readonly process?: boolean;
}

/** Creates the metrics of a program. The one place that knows prom-client. */
export function createMetrics(options: MetricsOptions = {}): MetricsRegistry {
  const registry = new Registry();
  if (options.process ?? true) collectDefaultMetrics({ register: registry });
  return new PrometheusMetrics(registry);
}

/** A metric as it was first defined. */
interface Defined {
  readonly type: "counter" | "gauge" | "histogram";
  readonly definition: MetricDefinition<string>;
  readonly metric: unknown;
}

class PrometheusMetrics implements MetricsRegistry {
  readonly #registry: Registry;
  readonly #defined = new Map<string, Defined>();
  readonly #collects = new Map<string, (() => void)[]>();

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  expose(): Promise<string> {
    return this.#registry.metrics();
  }

  counter<L extends string = never>(definition: MetricDefinition<L>): Counter<L> {
    return this.#define("counter", definition, (settings) => {
      const counter = new PromCounter<L>(settings);
      return { add: (labels, by = 1) => counter.inc(labels, by) };
    });
  }

  gauge<L extends string = never>(
    definition: MetricDefinition<L>,
    collect?: (gauge: Gauge<L>) => void,
  ): Gauge<L> {
    const { name } = definition;
    const collects = this.#collects.get(name) ?? [];
    this.#collects.set(name, collects);
    const defined = this.#define<L, Gauge<L>>("gauge", definition, (settings) => {
      const gauge = new PromGauge<L>({
        ...settings,
        collect: () => {
          for (const each of collects) each();
        },
      });
      return {
        set: (labels, value) => gauge.set(labels, value),
        add: (labels, by) => gauge.inc(labels, by),
        remove: (labels) => gauge.remove(labels),
      };
    });
    if (collect !== undefined) collects.push(() => collect(defined));
    return defined;
  }

  histogram<L extends string = never>(definition: HistogramDefinition<L>): Histogram<L> {
    const buckets = [...definition.buckets];
    return this.#define("histogram", definition, (settings) => {
      const histogram = new PromHistogram<L>({ ...settings, buckets });
      return { observe: (labels, value) => histogram.observe(labels, value) };
    });
  }

  #define<L extends string, M>(
    type: Defined["type"],
    definition: MetricDefinition<L>,
    create: (settings: { name: string; help: string; labelNames: L[]; registers: Registry[] }) => M,
  ): M {
    const { name, help, labels } = definition;
    const before = this.#defined.get(name);
    if (before !== undefined) {
      const isSame = before.type === type && isDeepStrictEqual(before.definition, definition);
      // The same type and labels: only how it was asked for is forgotten in between.
      if (isSame) return before.metric as M;
      throw new TypeError(`Cannot define metric ${name}: it is a ${before.type} of other settings`);
    }
    const registers = [this.#registry];
    const metric = create({ name, help, labelNames: [...labels], registers });
    this.#defined.set(name, { type, definition, metric });
    return metric;
  }
}
