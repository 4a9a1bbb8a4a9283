import type { BenchCase } from "../bench-case.ts";
import { startBenchCluster } from "../bench-cluster.ts";
import { bareLoop, ours } from "../contender.ts";
import { findHalves, keepOn, onCores } from "../cores.ts";
import { besideBareLoop, drainInTurn } from "../drain-in-turn.ts";
import { medianOf } from "../figures.ts";

/**
 * The backlog again, where the program takes no CPU time from the API server: in a cluster it runs on
 * another machine.
 */
export const apart: BenchCase = {
  name: "apart",
  question: "Approved requests wait, and the servers have cores of their own: what is the limit?",

  async run({ pairs, requests, from }) {
    const halves = await findHalves();
    if (halves === undefined) {
      console.log("Left out: it takes Linux, util-linux's taskset, and two cores");
      return { bars: [], figures: {}, runs: [] };
    }
    await using _kept = await keepOn(halves.servers, halves);
    await using cluster = await startBenchCluster();
    const contenders = [ours(from), bareLoop(from)].map((each) => onCores(halves.contender, each));
    const rounds = await drainInTurn(cluster, contenders, { pairs, requests });
    return {
      bars: [besideBareLoop(rounds)],
      figures: {
        "ours, requests/s once begun": medianOf(rounds, "ours", (run) => run.perSecondOnceBegun),
        "bare loop, requests/s": medianOf(rounds, "bare loop", (run) => run.perSecondOnceBegun),
        "ours, CPU ms": medianOf(rounds, "ours", (run) => run.cpuMs),
      },
      runs: rounds,
    };
  },
};
