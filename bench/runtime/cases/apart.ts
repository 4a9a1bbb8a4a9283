import type { BenchCase } from "../bench-case.ts";
import { prepareIssuer, startBenchCluster } from "../bench-cluster.ts";
import { bareLoop, ours } from "../contender.ts";
import { findHalves, keepOn, onCores } from "../cores.ts";
import { drain } from "../drain.ts";
import { medianOf, medianRatio } from "../figures.ts";
import { inTurn } from "../in-turn.ts";

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
    for (const each of contenders) await prepareIssuer(cluster, each);
    const what = `${requests} requests wait`;
    const rounds = await inTurn(contenders, { rounds: pairs, what }, (contender) =>
      drain(cluster, contender, { requests }),
    );
    return {
      bars: [
        {
          what: "requests a second from first to last, ours : bare loop",
          value: medianRatio(rounds, "bare loop", (run) => run.perSecondOnceBegun),
          must: "at least",
          limit: 0.85,
          unit: "",
        },
      ],
      figures: {
        "ours, requests/s once begun": medianOf(rounds, "ours", (run) => run.perSecondOnceBegun),
        "bare loop, requests/s": medianOf(rounds, "bare loop", (run) => run.perSecondOnceBegun),
        "ours, CPU ms": medianOf(rounds, "ours", (run) => run.cpuMs),
      },
      runs: rounds,
    };
  },
};
