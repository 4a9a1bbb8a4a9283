import { setTimeout } from "node:timers/promises";
import { failure } from "../cli-error.ts";
import type { Report } from "../program.ts";
import type { DevWork } from "./dev-work.ts";
import { type Verdict, verdictOn } from "./once-verdict.ts";

const LOOK_MS = 200;

/**
 * Applies what there is to apply and waits until every Certificate of it is Ready.
 *
 * @throws CliError when one has failed or the time is over; the reason when the signal aborts, or the
 * issuer ends.
 */
export async function runOnce(
  work: DevWork,
  { timeoutMs, now }: { timeoutMs: number; now: () => Date },
): Promise<Report> {
  const { applied, cluster, program, followed } = work;
  const since = now();
  const signal = AbortSignal.any([work.signal, program.ended]);
  await applied.apply(cluster.client);
  const certificates = applied.certificates();
  const look = (): Verdict => verdictOn(certificates, followed.objects(), since);
  let verdict = look();
  while (verdict.is === "open" && now().getTime() - since.getTime() < timeoutMs) {
    // Rejects when the signal aborts, with its reason.
    await setTimeout(LOOK_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    verdict = look();
  }
  return reportOf(verdict, { count: certificates.length, timeoutMs });
}

/** @throws CliError where not every Certificate is Ready: a line for each that is not. */
function reportOf(
  verdict: Verdict,
  { count, timeoutMs }: { count: number; timeoutMs: number },
): Report {
  const list = (lines: readonly string[]): string => lines.map((line) => `\n  ${line}`).join("");
  switch (verdict.is) {
    case "ready":
      return {
        isOk: true,
        text: count === 1 ? "The Certificate is Ready." : `All ${count} Certificates are Ready.`,
        value: { type: "result", isOk: true, certificates: count },
      };
    case "failed":
      throw failure(`Not every Certificate has been issued:${list(verdict.reasons)}`);
    case "open":
      throw failure(
        `Not every Certificate is Ready after ${timeoutMs / 1_000} s, see --timeout:${list(verdict.waits)}`,
      );
  }
}
