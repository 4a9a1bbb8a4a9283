import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BenchCase } from "../bench-case.ts";
import { prepareIssuer, startBenchCluster } from "../bench-cluster.ts";
import { ours } from "../contender.ts";
import { type CpuProfile, timesByOwner } from "../cpu-profile.ts";
import { drain } from "../drain.ts";

/** Where does the time go while a backlog is worked off? */
export const profile: BenchCase = {
  name: "profile",
  question: "Approved requests wait at the start: what is our CPU time spent on?",

  async run({ requests, from }) {
    await using cluster = await startBenchCluster();
    await prepareIssuer(cluster, ours(from));
    const dir = join(cluster.controlPlane.dir, "profile");
    const nodeArgs = ["--cpu-prof", `--cpu-prof-dir=${dir}`];
    const { cpuMs } = await drain(cluster, ours(from, { nodeArgs }), { requests });
    const [file = ""] = await readdir(dir);
    const times = timesByOwner(JSON.parse(await readFile(join(dir, file), "utf8")) as CpuProfile);
    const total = [...times.values()].reduce((sum, ms) => sum + ms, 0);
    const shares = [...times].map(([owner, ms]): [string, number] => [
      `% ${owner}`,
      (100 * ms) / total,
    ]);
    return {
      bars: [],
      figures: {
        "CPU ms of all threads, the profile's own among it": cpuMs,
        "CPU ms of the main thread": total,
        ...Object.fromEntries(shares),
      },
      runs: [],
    };
  },
};
