import type { BenchCase } from "../bench-case.ts";
import { startBenchCluster } from "../bench-cluster.ts";
import { bareLoop, ours } from "../contender.ts";
import { besideBareLoop, drainInTurn } from "../drain-in-turn.ts";
import { medianOf, medianRatio } from "../figures.ts";

/** How fast is a backlog worked off, from the start of the process? */
export const backlog: BenchCase = {
  name: "backlog",
  question: "Approved requests wait at the start: how fast are they issued?",

  async run({ pairs, requests, from, peer }) {
    await using cluster = await startBenchCluster();
    const contenders = [ours(from), peer, bareLoop(from)];
    const rounds = await drainInTurn(cluster, contenders, { pairs, requests });
    return {
      bars: [
        ...(peer === undefined
          ? []
          : [
              {
                what: "requests a second from process start, ours : peer",
                value: medianRatio(rounds, "peer", (run) => run.perSecond),
                must: "at least" as const,
                limit: 2.5,
                unit: "",
              },
            ]),
        besideBareLoop(rounds),
        {
          what: "process start to first certificate",
          value: medianOf(rounds, "ours", (run) => run.firstMs) / 1_000,
          must: "at most",
          limit: 1.5,
          unit: "s",
        },
      ],
      figures: {
        "ours, requests/s from process start": medianOf(rounds, "ours", (run) => run.perSecond),
        "peer, requests/s from process start": medianOf(rounds, "peer", (run) => run.perSecond),
        "peer, first certificate, ms": medianOf(rounds, "peer", (run) => run.firstMs),
        "ours, requests/s once begun": medianOf(rounds, "ours", (run) => run.perSecondOnceBegun),
        "bare loop, requests/s": medianOf(rounds, "bare loop", (run) => run.perSecondOnceBegun),
        "ours, CPU ms": medianOf(rounds, "ours", (run) => run.cpuMs),
        "peer, CPU ms": medianOf(rounds, "peer", (run) => run.cpuMs),
        "ours, peak RSS MB": medianOf(rounds, "ours", (run) => run.peakRssMb),
        "peer, peak RSS MB": medianOf(rounds, "peer", (run) => run.peakRssMb),
      },
      runs: rounds,
    };
  },
};
