import { setTimeout as sleep } from "node:timers/promises";
import type { Setting } from "./setting.ts";
import type { Holding } from "./subject.ts";

const EVERY_MS = 10_000;

/** What one program held at a time. */
export interface Sample extends Holding {
  readonly program: string;
  /** From the beginning of the load. */
  readonly atMs: number;
}

/** Measures every program; times are from `beganAt`. */
export function sampleAll({ subjects }: Setting, beganAt: number): Promise<Sample[]> {
  return Promise.all(
    subjects.map(async (subject) => {
      const held = await subject.measure();
      return { program: subject.name, atMs: performance.now() - beganAt, ...held };
    }),
  );
}

/**
 * Measures each ten seconds until the signal aborts, and says a line of it; `state` says the rest of the
 * line.
 */
export async function keepSampling(
  sample: () => Promise<Sample[]>,
  options: { state: () => string; tell: (line: string) => void; signal: AbortSignal },
): Promise<Sample[]> {
  const { state, tell, signal } = options;
  const samples: Sample[] = [];
  while (!signal.aborted) {
    const now = await sample();
    samples.push(...now);
    const held = now.map(
      ({ program, rssMb, heapMb, fds }) =>
        `${program} ${rssMb.toFixed(0)} MB, heap ${heapMb.toFixed(1)} MB, ${fds} fds`,
    );
    tell(`${((now[0]?.atMs ?? 0) / 1_000).toFixed(0)} s: ${state()}; ${held.join("; ")}`);
    await sleep(EVERY_MS, undefined, { signal }).catch(() => {}); // the loop asks again
  }
  return samples;
}
