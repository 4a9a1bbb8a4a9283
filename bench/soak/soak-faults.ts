import { SECRETS, secret } from "@countersign/testing";
import { acmeSecretName } from "../../test/cluster/acme.ts";
import { CHAOS_FAULTS, type ChaosFault } from "../../test/cluster/chaos-faults.ts";
import { despiteOutage } from "../../test/cluster/despite-outage.ts";
import { NAMESPACE } from "./issuers.ts";
import type { Setting } from "./setting.ts";

export type SoakFaultName = Exclude<keyof typeof CHAOS_FAULTS, "none"> | "tokenChange";

/** A fault of a soak. */
export interface SoakFault {
  readonly name: SoakFaultName;
  /** How long after its end requests may still take longer. */
  readonly recoversMs: number;
  readonly run: (setting: Setting, lastsMs: number) => Promise<void>;
}

/** A watcher that was refused some times waits up to half a minute. */
const RECOVERS_MS = 30_000;

/** A watch whose connection went dead is noticed after two minutes of silence. */
const NOTICES_SILENCE_MS = 150_000;

const { none: _, ...CHAOS } = CHAOS_FAULTS;

/** The chaos suite's faults, and a CA that takes another token before its issuers have it. */
export const SOAK_FAULTS: readonly [SoakFault, ...SoakFault[]] = [
  { name: "tokenChange", recoversMs: RECOVERS_MS, run: changeToken },
  ...Object.entries<ChaosFault>(CHAOS).map(([name, { run }]) => ({
    name: name as SoakFaultName,
    recoversMs: name === "blackHole" ? NOTICES_SILENCE_MS : RECOVERS_MS,
    run: ({ site }: Setting, lastsMs: number) => run(site, lastsMs),
  })),
];

/** Each run's token is another, whatever the run: it names the time. */
async function changeToken({ ca, issuers, site }: Setting): Promise<void> {
  const token = `token of ${performance.now()}`;
  ca.changeToken(token);
  for (const { ref, hasCountingCa } of issuers) {
    if (!hasCountingCa) continue;
    const metadata = { namespace: NAMESPACE, name: acmeSecretName(ref.name) };
    const { data } = secret(metadata, { token });
    await despiteOutage(() => site.plane.client.mergePatch(SECRETS, metadata, { data }));
  }
}
