import type { Contender, OursFrom } from "./contender.ts";

/** How much is measured. */
export interface BenchSetting {
  /** Runs of each contender, one after the other in turn. */
  readonly pairs: number;
  /** Of a backlog. */
  readonly requests: number;
  /** How long requests arrive. */
  readonly seconds: number;
  /** How many finished requests a cluster has, in the cases that are about them. */
  readonly finished: readonly number[];
  readonly from: OursFrom;
  /** Undefined where there is none. */
  readonly peer: Contender | undefined;
}

/** A figure and what it must be. */
export interface Bar {
  readonly what: string;
  readonly value: number;
  readonly must: "at most" | "at least";
  readonly limit: number;
  /** Said after the figure. Empty for a ratio. */
  readonly unit: string;
}

/** What a case has found. */
export interface CaseResult {
  readonly bars: readonly Bar[];
  /** What else there is to know, each with its unit in its name. */
  readonly figures: Readonly<Record<string, number>>;
  /** Every run as it was, for who wants to see how far they lie apart. */
  readonly runs: readonly object[];
}

/** One question, answered by measuring. */
export interface BenchCase {
  readonly name: string;
  readonly question: string;
  run(setting: BenchSetting): Promise<CaseResult>;
}

/** Whether a figure is what it must be. What could not be measured is not. */
export function isWithin({ value, must, limit }: Bar): boolean {
  return must === "at most" ? value <= limit : value >= limit;
}

/** A bar as a line of text. */
export function formatBar(bar: Bar): string {
  const { what, value, must, limit, unit } = bar;
  const verdict = isWithin(bar) ? "  " : "✖ ";
  const figure = `${digits(value)}${unit && ` ${unit}`}`;
  return `${verdict}${figure.padStart(12)}  ${what} (must be ${must} ${digits(limit)}${unit && ` ${unit}`})`;
}

/** A number with as many digits as can be meant. */
export function digits(value: number): string {
  if (Number.isNaN(value)) return "–";
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3).replace(/\.?0+$/, "");
}
