import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@countersign/kube";
import { causeFaults, keepEditing, type PastFault } from "./disturbances.ts";
import { planFaults } from "./fault-plan.ts";
import { Load } from "./load.ts";
import { type Observer, observe } from "./observer.ts";
import type { SoakOptions } from "./options.ts";
import { keepSampling, type Sample, sampleAll } from "./samples.ts";
import { seededRandom } from "./seeded-random.ts";
import type { Setting } from "./setting.ts";
import { SOAK_FAULTS } from "./soak-faults.ts";

/** All that was measured. */
export interface Measured {
  readonly load: Load;
  readonly faults: readonly PastFault[];
  readonly samples: readonly Sample[];
  /** Before the load, and when all connections of the load have been idle long enough to be closed. */
  readonly idleBefore: readonly Sample[];
  readonly idleAfter: readonly Sample[];
  /** From a request's creation until the follower's cache knew it. */
  readonly gapsMs: readonly number[];
  readonly isCacheEqual: boolean;
  /** Programs that ended by themselves. */
  readonly ended: readonly string[];
}

/** Above the 60 s after which the transport closes an idle connection. */
const IDLE_MS = 75_000;

/** A run this short does not wait for connections to be closed. */
export const SHORTEST_SETTLED_MS = 2 * 60_000;

/** Soaks: load, edits, faults and measurements side by side; ends when every request has. */
export async function soak(
  setting: Setting,
  options: SoakOptions,
  tell: (line: string) => void,
): Promise<Measured> {
  const { site, issuers } = setting;
  const { durationMs, ratePerS, seed } = options;
  // Each has chance of its own, so that a seed gives the same faults however fast the machine is.
  const forFaults = seededRandom(seed);
  const forLoad = seededRandom(seed + 1);
  const forEdits = seededRandom(seed + 2);
  const load = new Load({ client: site.plane.client, issuers, random: forLoad });
  await using observer = await observe(site, (seen) => load.seen(seen));
  const ended = watchPrograms(setting);
  const beganAt = performance.now();
  const sample = () => sampleAll(setting, beganAt);
  const idleBefore = await sample();

  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), durationMs);
  const planned = planFaults(SOAK_FAULTS, { durationMs, random: forFaults });
  const faults: PastFault[] = [];
  const progress = new AbortController();
  const state = (): string => {
    const issued = load.records.filter(({ issuedAtMs }) => issuedAtMs !== undefined).length;
    return `${issued} issued, ${load.open} open, ${faults.length} faults`;
  };
  const sampling = keepSampling(sample, { state, tell, signal: progress.signal });
  await Promise.all([
    load.run(ratePerS, stop.signal),
    causeFaults(setting, planned, { faults, beganAt, signal: stop.signal, tell }),
    keepEditing(setting, forEdits, stop.signal),
  ]);
  clearTimeout(timer);
  progress.abort();
  const samples = await sampling;

  const isCacheEqual = await equals(site.plane.client, observer);
  tell("load is over; waiting for idle connections to be closed");
  if (durationMs >= SHORTEST_SETTLED_MS) await sleep(IDLE_MS);
  const idleAfter = await sample();
  return {
    load,
    faults,
    samples,
    idleBefore,
    idleAfter,
    gapsMs: gapsOf(load, observer),
    isCacheEqual,
    ended,
  };
}

function watchPrograms({ subjects }: Setting): string[] {
  const ended: string[] = [];
  for (const { name, program } of subjects) {
    // `exited` never rejects; at the very end they are ended, and nobody looks any more.
    void program.process.exited.then(({ code, signal }) =>
      ended.push(`${name}: ${code ?? signal}`),
    );
  }
  return ended;
}

async function equals(client: Client, { follower }: Observer): Promise<boolean> {
  try {
    await follower.caughtUp(client);
    return true;
  } catch {
    return false;
  }
}

function gapsOf(load: Load, observer: Observer): number[] {
  return load.records.flatMap(({ uid, createdAtMs }) => {
    const knownAt = observer.knownAt(uid);
    // One that was gone again before the follower came back is no gap that anybody could see.
    return knownAt === undefined ? [] : [Math.max(0, knownAt - createdAtMs)];
  });
}
