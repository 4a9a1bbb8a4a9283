import { measureArrivals } from "../arrivals.ts";
import type { BenchCase } from "../bench-case.ts";
import { prepareIssuer, startBenchCluster } from "../bench-cluster.ts";
import { ours, startContender } from "../contender.ts";
import { medianOf, medianRatio } from "../figures.ts";
import { inTurn } from "../in-turn.ts";

const PER_SECOND = 30;

/** How long does a request wait that arrives alone? */
export const arriving: BenchCase = {
  name: "arriving",
  question: `${PER_SECOND} requests arrive a second: how long from approval to Ready?`,

  async run({ pairs, seconds, from, peer }) {
    await using cluster = await startBenchCluster();
    const contenders = [ours(from), peer];
    for (const each of contenders) if (each !== undefined) await prepareIssuer(cluster, each);
    const what = `${seconds} s of arrivals`;
    const rounds = await inTurn(contenders, { rounds: pairs, what }, async (contender) => {
      const process = await startContender(cluster, contender);
      try {
        return await measureArrivals(cluster, contender, { perSecond: PER_SECOND, seconds });
      } finally {
        await process.stop();
      }
    });
    const ratio = (what: string, figure: (run: { p50Ms: number; p99Ms: number }) => number) => ({
      what: `${what} from approval to Ready, ours : peer`,
      value: medianRatio(rounds, "peer", figure),
      must: "at most" as const,
      limit: 1,
      unit: "",
    });
    return {
      bars:
        peer === undefined
          ? []
          : [ratio("p50", ({ p50Ms }) => p50Ms), ratio("p99", ({ p99Ms }) => p99Ms)],
      figures: {
        "ours, p50 ms": medianOf(rounds, "ours", ({ p50Ms }) => p50Ms),
        "ours, p99 ms": medianOf(rounds, "ours", ({ p99Ms }) => p99Ms),
        "peer, p50 ms": medianOf(rounds, "peer", ({ p50Ms }) => p50Ms),
        "peer, p99 ms": medianOf(rounds, "peer", ({ p99Ms }) => p99Ms),
      },
      runs: rounds,
    };
  },
};
