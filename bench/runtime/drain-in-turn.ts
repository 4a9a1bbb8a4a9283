import type { Bar, BenchSetting } from "./bench-case.ts";
import { type BenchCluster, prepareIssuer } from "./bench-cluster.ts";
import type { Contender } from "./contender.ts";
import { type Drain, drain } from "./drain.ts";
import { medianRatio } from "./figures.ts";
import { inTurn, type Round } from "./in-turn.ts";

/** Prepares the issuers of some contenders, and has them work off backlogs in turn. */
export async function drainInTurn(
  cluster: BenchCluster,
  contenders: readonly (Contender | undefined)[],
  { pairs, requests }: Pick<BenchSetting, "pairs" | "requests">,
): Promise<Round<Drain>[]> {
  for (const each of contenders) if (each !== undefined) await prepareIssuer(cluster, each);
  const what = `${requests} requests wait`;
  return inTurn(contenders, { rounds: pairs, what }, (contender) =>
    drain(cluster, contender, { requests }),
  );
}

/** How near to the limit ours comes. */
export function besideBareLoop(rounds: readonly Round<Drain>[]): Bar {
  return {
    what: "requests a second from first to last, ours : bare loop",
    value: medianRatio(rounds, "bare loop", (run) => run.perSecondOnceBegun),
    must: "at least",
    limit: 0.85,
    unit: "",
  };
}
