import { setTimeout as sleep } from "node:timers/promises";
import { despiteOutage } from "../../test/cluster/despite-outage.ts";
import { type PlannedFault, planFaults } from "./fault-plan.ts";
import type { Window } from "./ledger.ts";
import { Load } from "./load.ts";
import { type Observer, observe } from "./observer.ts";
import type { SoakOptions } from "./options.ts";
import { between, pick, type Random, seededRandom } from "./seeded-random.ts";
import type { Setting } from "./setting.ts";
import { SOAK_FAULTS, type SoakFaultName } from "./soak-faults.ts";
import type { Holding } from "./subject.ts";

/** What one program held at a time. */
export interface Sample extends Holding {
  readonly program: string;
  /** From the beginning of the load. */
  readonly atMs: number;
}

/** A fault that was, by the same clock as the requests' times. */
export interface PastFault extends Window {
  readonly name: SoakFaultName;
}

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

const PROGRESS_EVERY_MS = 10_000;
const EDIT_EVERY_MS = [4_000, 12_000] as const;

/** Above the 60 s after which the transport closes an idle connection. */
export const IDLE_MS = 75_000;

/** A run this short does not wait for connections to be closed. */
export const SHORTEST_SETTLED_MS = 2 * 60_000;

/** Soaks: load, edits, faults and measurements side by side; ends when every request has. */
export async function soak(
  setting: Setting,
  options: SoakOptions,
  tell: (line: string) => void,
): Promise<Measured> {
  const { site, issuers } = setting;
  const { durationMs, ratePerS } = options;
  // Each has chance of its own, so that a seed gives the same faults however fast the machine is.
  const [forFaults, forLoad, forEdits] = [0, 1, 2].map((n) => seededRandom(options.seed + n)) as [
    Random,
    Random,
    Random,
  ];
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
  const samples: Sample[] = [];
  const progress = new AbortController();
  const telling = tellProgress({ load, samples, faults, sample, tell }, progress.signal);
  await Promise.all([
    load.run(ratePerS, stop.signal),
    causeFaults(setting, planned, { faults, beganAt, signal: stop.signal, tell }),
    edit(setting, forEdits, stop.signal),
  ]);
  clearTimeout(timer);
  progress.abort();
  await telling;

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

function sampleAll({ subjects }: Setting, beganAt: number): Promise<Sample[]> {
  return Promise.all(
    subjects.map(async (subject) => {
      const held = await subject.measure();
      return { program: subject.name, atMs: performance.now() - beganAt, ...held };
    }),
  );
}

async function causeFaults(
  setting: Setting,
  planned: readonly PlannedFault<SoakFaultName>[],
  run: { faults: PastFault[]; beganAt: number; signal: AbortSignal; tell: (line: string) => void },
): Promise<void> {
  const { faults, beganAt, signal, tell } = run;
  for (const { name, atMs, lastsMs, recoversMs } of planned) {
    const waitMs = beganAt + atMs - performance.now();
    await sleep(Math.max(0, waitMs), undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const fromMs = performance.now();
    tell(`fault: ${name}, ${(lastsMs / 1_000).toFixed(1)} s`);
    await SOAK_FAULTS.find((fault) => fault.name === name)?.run(setting, lastsMs);
    faults.push({ name, fromMs, toMs: performance.now() + recoversMs });
  }
}

/** Edits issuers and rotates their Secrets, now and then. */
async function edit(setting: Setting, random: Random, signal: AbortSignal): Promise<void> {
  const { issuers, site } = setting;
  for (let turn = 1; ; turn += 1) {
    await sleep(between(random, EDIT_EVERY_MS), undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const issuer = pick(random, issuers);
    const change = random() < 0.5 ? issuer.edit : issuer.rotateSecret;
    await despiteOutage(() => change(site.plane.client, turn));
  }
}

async function tellProgress(
  run: {
    load: Load;
    samples: Sample[];
    faults: readonly PastFault[];
    sample: () => Promise<Sample[]>;
    tell: (line: string) => void;
  },
  signal: AbortSignal,
): Promise<void> {
  const { load, samples, faults, sample, tell } = run;
  while (!signal.aborted) {
    const now = await sample();
    samples.push(...now);
    const issued = load.records.filter(({ issuedAtMs }) => issuedAtMs !== undefined).length;
    const held = now.map(
      ({ program, rssMb, heapMb, fds }) =>
        `${program} ${rssMb.toFixed(0)} MB, heap ${heapMb.toFixed(1)} MB, ${fds} fds`,
    );
    const seconds = ((now[0]?.atMs ?? 0) / 1_000).toFixed(0);
    tell(
      `${seconds} s: ${issued} issued, ${load.open} open, ${faults.length} faults; ${held.join("; ")}`,
    );
    await sleep(PROGRESS_EVERY_MS, undefined, { signal }).catch(() => {});
  }
}

async function equals(
  client: Setting["site"]["plane"]["client"],
  { follower }: Observer,
): Promise<boolean> {
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
