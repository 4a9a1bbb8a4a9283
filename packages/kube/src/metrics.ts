/** A metric: `countersign_requests_total`, what it counts, and what tells its series apart. */
export interface MetricDefinition<L extends string = never> {
  /** Prometheus' rules: snake_case, base units, `_total` for what only grows. */
  readonly name: string;
  readonly help: string;
  /** Names of labels. Values must be few: a series is kept for each combination, for ever. */
  readonly labels: readonly L[];
}

/** A histogram counts its observations up to each of these bounds, smallest first. */
export interface HistogramDefinition<L extends string = never> extends MetricDefinition<L> {
  readonly buckets: readonly number[];
}

/** A value for each label. */
export type LabelValues<L extends string> = Readonly<Record<L, string>>;

/** A number that only grows. */
export interface Counter<L extends string = never> {
  /** @default 1 */
  add(labels: LabelValues<L>, by?: number): void;
}

/** A number that goes up and down. */
export interface Gauge<L extends string = never> {
  set(labels: LabelValues<L>, value: number): void;
  add(labels: LabelValues<L>, by: number): void;
  /** Ends a series, whose object is gone. */
  remove(labels: LabelValues<L>): void;
}

/** How often values of which size were seen. */
export interface Histogram<L extends string = never> {
  observe(labels: LabelValues<L>, value: number): void;
}

/**
 * Where a program defines what it measures.
 *
 * Guarantees: a definition that is given again, by a second workqueue say, is the same metric.
 *
 * @throws TypeError for a second definition of a name that says something else.
 */
export interface Metrics {
  counter<L extends string = never>(definition: MetricDefinition<L>): Counter<L>;
  /** `collect` is called before the metrics are read, for what is cheaper to look up than to follow. */
  gauge<L extends string = never>(
    definition: MetricDefinition<L>,
    collect?: (gauge: Gauge<L>) => void,
  ): Gauge<L>;
  histogram<L extends string = never>(definition: HistogramDefinition<L>): Histogram<L>;
}

/** Metrics that can be read, in Prometheus' text format. */
export interface MetricsRegistry extends Metrics {
  readonly contentType: string;
  expose(): Promise<string>;
}

const NOTHING = { add() {}, set() {}, remove() {}, observe() {} };

/** Measures nothing: what everything has that is given no metrics. */
export const NO_METRICS: Metrics = {
  counter: () => NOTHING,
  gauge: () => NOTHING,
  histogram: () => NOTHING,
};
