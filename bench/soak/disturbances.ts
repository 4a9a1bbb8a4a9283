import { setTimeout as sleep } from "node:timers/promises";
import { despiteOutage } from "../../test/cluster/despite-outage.ts";
import type { PlannedFault } from "./fault-plan.ts";
import type { Window } from "./ledger.ts";
import { between, pick, type Random } from "./seeded-random.ts";
import type { Setting } from "./setting.ts";
import { SOAK_FAULTS, type SoakFaultName } from "./soak-faults.ts";

const EDIT_EVERY_MS = [4_000, 12_000] as const;

/** A fault that was, by the same clock as the requests' times. */
export interface PastFault extends Window {
  readonly name: SoakFaultName;
}

/** Causes what is planned, when it is due, and takes each down in `faults` once it is over. */
export async function causeFaults(
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
export async function keepEditing(
  setting: Setting,
  random: Random,
  signal: AbortSignal,
): Promise<void> {
  const { issuers, site } = setting;
  for (let turn = 1; ; turn += 1) {
    await sleep(between(random, EDIT_EVERY_MS), undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const issuer = pick(random, issuers);
    const change = random() < 0.5 ? issuer.edit : issuer.rotateSecret;
    await despiteOutage(() => change(site.plane.client, turn));
  }
}
