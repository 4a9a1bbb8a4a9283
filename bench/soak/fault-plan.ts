import { between, pick, type Random } from "./seeded-random.ts";

/** What a plan knows of a fault. */
export interface PlannedKind<N extends string> {
  readonly name: N;
  /** How long after its end what it disturbed counts as disturbed. */
  readonly recoversMs: number;
}

/** A fault that is to come. */
export interface PlannedFault<N extends string> extends PlannedKind<N> {
  /** From the beginning of the load. */
  readonly atMs: number;
  /** How long what it stops stays so. */
  readonly lastsMs: number;
}

/** Between the end of one, with its recovery, and the next. */
const QUIET_MS = [5_000, 20_000] as const;
const LASTS_MS = [2_000, 8_000] as const;
/** The most that a server's start takes; a fault counts as that much longer. */
const RESTART_MS = 10_000;
/** In a run this short the first comes at a third of it, and recovers whenever it can. */
const SHORT_MS = 60_000;

/**
 * Plans the faults of a run: one after the other, none twice before all were due once, each with time to recover from before the next and
 * before the end, so that some requests are never disturbed and say what is usual.
 */
export function planFaults<N extends string>(
  kinds: readonly [PlannedKind<N>, ...PlannedKind<N>[]],
  { durationMs, random }: { durationMs: number; random: Random },
): PlannedFault<N>[] {
  if (durationMs < SHORT_MS) {
    const kind = pick(random, kinds);
    return [{ ...kind, atMs: durationMs / 3, lastsMs: Math.min(LASTS_MS[0], durationMs / 6) }];
  }
  const planned: PlannedFault<N>[] = [];
  let atMs = between(random, QUIET_MS);
  let bag: PlannedKind<N>[] = [];
  for (;;) {
    if (bag.length === 0) bag = [...kinds];
    const [kind] = bag.splice(Math.floor(random() * bag.length), 1);
    if (kind === undefined) return planned;
    const lastsMs = Math.round(between(random, LASTS_MS));
    const recoveredAtMs = atMs + lastsMs + RESTART_MS + kind.recoversMs;
    if (atMs + QUIET_MS[0] > durationMs) return planned;
    // One that takes longer than is left is passed over; a shorter one may still come.
    if (recoveredAtMs <= durationMs) planned.push({ ...kind, atMs: Math.round(atMs), lastsMs });
    atMs = (recoveredAtMs <= durationMs ? recoveredAtMs : atMs) + between(random, QUIET_MS);
  }
}
