import type { FakeCa } from "@countersign/testing";
import { account, timesToIssue } from "./ledger.ts";
import type { Sample } from "./samples.ts";
import type { Setting } from "./setting.ts";
import { type Measured, SHORTEST_SETTLED_MS } from "./soak.ts";
import { quantile, slopePerHour } from "./trend.ts";
import type { Figure } from "./verdict.ts";

/**
 * What is bounded fills first: the recorder of Events remembers each for 6 minutes, and the limits of 4096
 * objects, which at 8 requests a second are there after 17 minutes. So much of a run is not measured.
 */
const WARM_UP_MS = 18 * 60_000;

/** Slopes over a shorter time say nothing: one collection more or less is megabytes an hour. */
const SHORTEST_TREND_MS = WARM_UP_MS + 10 * 60_000;

const BARS = {
  /** The spread of RSS in half an hour is about 10 MB. */
  rssMbPerHour: 30,
  heapMbPerHour: 4,
  /** Connections of a pool come and go. */
  handlesGrowth: 4,
  /** Where idle connections have not been waited for: all that the pools may have. */
  handlesGrowthUnsettled: 40,
  p99Ms: 1_000,
  maxMs: 5_000,
  /** A dead connection is noticed after 120 s of silence. */
  disturbedMs: 160_000,
} as const;

/** Of a shorter run too little is undisturbed to say what is usual. */
const SHORTEST_USUAL_MS = 2 * 60_000;

/** Judges what was measured. */
export function figuresOf(
  measured: Measured,
  { ca, issuers, subjects }: Setting,
  { durationMs }: { durationMs: number },
): Figure[] {
  const { load, faults, gapsMs, isCacheEqual, ended } = measured;
  const counting = new Set(
    issuers.filter((issuer) => issuer.hasCountingCa).map(({ ref }) => ref.name),
  );
  const { approved, ...wrong } = account(load.records, mintedBy(ca), (name) => counting.has(name));
  const times = timesToIssue(load.records, faults);
  const usual = (barMs: number): number | undefined =>
    durationMs >= SHORTEST_USUAL_MS ? barMs : undefined;
  const count = (name: string, value: number, bar: number | undefined = 0): Figure => ({
    name,
    value,
    unit: "",
    bar,
  });
  const ms = (name: string, value: number, bar?: number): Figure => ({
    name,
    value,
    unit: "ms",
    bar,
  });
  return [
    { name: "requests approved", value: approved, unit: "", bar: undefined },
    { name: "faults", value: faults.length, unit: "", bar: undefined },
    count("requests lost", wrong.lost.length),
    count("requests issued twice", wrong.doubled.length),
    count("certificates published otherwise than signed", wrong.strange.length),
    count("requests signed without approval", wrong.unapproved.length),
    count("requests that could not be followed", load.failures.length),
    count("caches unlike a fresh list", isCacheEqual ? 0 : 1),
    count("programs that ended", ended.length),
    ms("approval to Issued, undisturbed: p50", quantile(times.undisturbed, 0.5)),
    ms(
      "approval to Issued, undisturbed: p99",
      quantile(times.undisturbed, 0.99),
      usual(BARS.p99Ms),
    ),
    ms(
      "approval to Issued, undisturbed: longest",
      quantile(times.undisturbed, 1),
      usual(BARS.maxMs),
    ),
    ms("approval to Issued, faults included: longest", quantile(times.all, 1), BARS.disturbedMs),
    ms("watch gap, faults included: longest", quantile(gapsMs, 1), BARS.disturbedMs),
    ...subjects.flatMap(({ name }) => figuresOfProgram(name, measured, durationMs)),
  ];
}

function figuresOfProgram(program: string, measured: Measured, durationMs: number): Figure[] {
  const of = (samples: readonly Sample[]): Sample[] =>
    samples.filter((sample) => sample.program === program);
  const isTrend = durationMs >= SHORTEST_TREND_MS;
  const warmUpMs = isTrend ? WARM_UP_MS : durationMs / 4;
  const warm = of(measured.samples).filter(({ atMs }) => atMs >= warmUpMs);
  const slope = (key: "rssMb" | "heapMb"): number =>
    slopePerHour(warm.map((sample) => ({ atMs: sample.atMs, value: sample[key] })));
  const grown = (key: "resources" | "fds"): number =>
    (of(measured.idleAfter)[0]?.[key] ?? Number.NaN) -
    (of(measured.idleBefore)[0]?.[key] ?? Number.NaN);
  const handles =
    durationMs >= SHORTEST_SETTLED_MS ? BARS.handlesGrowth : BARS.handlesGrowthUnsettled;
  const trend = (name: string, value: number, bar: number): Figure => ({
    name: `${program}: ${name}`,
    value,
    unit: "MB/h",
    bar: isTrend ? bar : undefined,
  });
  return [
    trend("RSS grows", slope("rssMb"), BARS.rssMbPerHour),
    trend("heap after gc grows", slope("heapMb"), BARS.heapMbPerHour),
    {
      name: `${program}: most RSS`,
      value: Math.max(...of(measured.samples).map(({ rssMb }) => rssMb)),
      unit: "MB",
      bar: undefined,
    },
    { name: `${program}: handles more`, value: grown("resources"), unit: "", bar: handles },
    { name: `${program}: files and sockets more`, value: grown("fds"), unit: "", bar: handles },
  ];
}

/** The key of the README's issuer begins with the request's uid, which has five parts. */
function mintedBy(ca: FakeCa): { uid: string; serialHex: string }[] {
  return ca.minted.map(({ idempotencyKey, serialHex }) => ({
    uid: idempotencyKey.split("-").slice(0, 5).join("-"),
    serialHex,
  }));
}
