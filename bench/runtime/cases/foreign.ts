import type { Bar, BenchCase } from "../bench-case.ts";
import { prepareIssuer, startBenchCluster } from "../bench-cluster.ts";
import { ours } from "../contender.ts";
import { type Drain, drain } from "../drain.ts";
import { medianOf, medianRatio } from "../figures.ts";
import { History } from "../history.ts";
import { inTurn, type Round } from "../in-turn.ts";

/** Fewer than elsewhere: there are as many for each size of the cluster. */
const MOST_ROUNDS = 3;

const MB = 1_024 * 1_024;

const SOMEBODY_ELSE = {
  issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: "ca" },
};

/** What do the finished requests of others cost? */
export const foreign: BenchCase = {
  name: "foreign",
  question: "A cluster is full of other issuers' finished requests: what do they cost?",

  async run({ pairs, requests, finished, from, peer }) {
    await using cluster = await startBenchCluster();
    const contender = ours(from);
    const contenders = [contender, peer];
    for (const each of contenders) if (each !== undefined) await prepareIssuer(cluster, each);
    const history = await History.begin(cluster, contender, SOMEBODY_ELSE);
    const measure = (count: number): Promise<Round<Drain>[]> =>
      inTurn(
        contenders,
        { rounds: Math.min(pairs, MOST_ROUNDS), what: `${count} finished, ${requests} wait` },
        (each) => drain(cluster, each, { requests, withMemory: each.name === "ours" }),
      );
    const empty = await measure(0);
    const bars: Bar[] = [];
    const figures: Record<string, number> = figuresOf("0", empty);
    const runs: object[] = [{ finished: 0, rounds: empty }];
    for (const count of finished) {
      await history.growTo(count);
      const rounds = await measure(count);
      runs.push({ finished: count, rounds });
      Object.assign(figures, figuresOf(String(count), rounds));
      bars.push({
        what: `heap after gc with ${count}, above an empty cluster's`,
        value: (heapOf(rounds) - heapOf(empty)) / MB,
        must: "at most",
        limit: 2,
        unit: "MB",
      });
      if (peer === undefined) continue;
      bars.push({
        what: `process start to first certificate with ${count}, ours : peer`,
        value: medianRatio(rounds, "peer", ({ firstMs }) => firstMs),
        must: "at most",
        limit: 1 / 3,
        unit: "",
      });
    }
    return { bars, figures, runs };
  },
};

function heapOf(rounds: readonly Round<Drain>[]): number {
  return medianOf(rounds, "ours", ({ memory }) => memory?.heapUsed ?? Number.NaN);
}

function figuresOf(count: string, rounds: readonly Round<Drain>[]): Record<string, number> {
  return {
    [`${count}: ours, first certificate ms`]: medianOf(rounds, "ours", (run) => run.firstMs),
    [`${count}: peer, first certificate ms`]: medianOf(rounds, "peer", (run) => run.firstMs),
    [`${count}: ours, heap after gc MB`]: heapOf(rounds) / MB,
    [`${count}: ours, peak RSS MB`]: medianOf(rounds, "ours", (run) => run.peakRssMb),
    [`${count}: peer, peak RSS MB`]: medianOf(rounds, "peer", (run) => run.peakRssMb),
  };
}
