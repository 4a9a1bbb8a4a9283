import { median } from "../../x509/median.ts";
import { type Latencies, measureArrivals } from "../arrivals.ts";
import type { BenchCase } from "../bench-case.ts";
import {
  type BenchCluster,
  createIssuer,
  prepareIssuer,
  startBenchCluster,
  waitForIssuer,
} from "../bench-cluster.ts";
import { type Contender, ours, startContender } from "../contender.ts";
import { inTurn } from "../in-turn.ts";
import { createBacklog, deleteRequests } from "../requests.ts";

const HANGING = "hanging";
const REQUESTS_ON_IT = 500;
const PER_SECOND = 30;

/** A healthy issuer may be this much slower, whichever is more. */
const SHARE = 0.2;
const LEAST_MS = 10;

interface Pair {
  readonly alone: Latencies;
  readonly besideHanging: Latencies;
}

/** Does a CA that hangs hold up the requests of another? */
export const hanging: BenchCase = {
  name: "hanging",
  question: `The CA of an issuer with ${REQUESTS_ON_IT} requests hangs: do those of another notice?`,

  async run({ pairs, seconds, from }) {
    await using cluster = await startBenchCluster();
    // What hangs would be waited for at each stop.
    const contender = ours(from, { args: ["--graceful-shutdown-timeout=1s"] });
    await prepareIssuer(cluster, contender);
    await createIssuer(cluster, contender, { name: HANGING, spec: { hangs: true } });
    const rounds = await inTurn([contender], { rounds: pairs, what: "alone, beside hanging" }, () =>
      measurePair(cluster, contender, seconds),
    );
    const runs = rounds.flatMap(({ ours: pair }) => (pair === undefined ? [] : [pair]));
    const alone = median(runs.map((pair) => pair.alone.p99Ms));
    const slower = runs.map((pair) => pair.besideHanging.p99Ms - pair.alone.p99Ms);
    return {
      bars: [
        {
          what: `how much longer the healthy issuer's p99 is, of ${alone.toFixed(1)} ms alone`,
          value: median(slower),
          must: "at most",
          limit: Math.max(LEAST_MS, SHARE * alone),
          unit: "ms",
        },
      ],
      figures: {
        "alone, p50 ms": median(runs.map((pair) => pair.alone.p50Ms)),
        "alone, p99 ms": alone,
        "beside hanging, p50 ms": median(runs.map((pair) => pair.besideHanging.p50Ms)),
        "beside hanging, p99 ms": median(runs.map((pair) => pair.besideHanging.p99Ms)),
      },
      runs,
    };
  },
};

async function measurePair(
  cluster: BenchCluster,
  contender: Contender,
  seconds: number,
): Promise<Pair> {
  const { client } = cluster;
  const { namespace, issuerRef } = contender;
  const measure = async (): Promise<Latencies> => {
    const process = await startContender(cluster, contender);
    try {
      await waitForIssuer(cluster, contender, HANGING);
      return await measureArrivals(cluster, contender, { perSecond: PER_SECOND, seconds });
    } finally {
      await process.stop();
    }
  };
  const alone = await measure();
  const stuck = { namespace, issuerRef: { ...issuerRef, name: HANGING } };
  await createBacklog(client, stuck, { count: REQUESTS_ON_IT, prefix: "stuck" });
  try {
    return { alone, besideHanging: await measure() };
  } finally {
    const names = Array.from({ length: REQUESTS_ON_IT }, (_, index) => `stuck-${index}`);
    await deleteRequests(client, namespace, names);
  }
}
