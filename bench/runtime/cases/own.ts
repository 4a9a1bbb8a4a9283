import { median } from "../../x509/median.ts";
import type { Bar, BenchCase } from "../bench-case.ts";
import { type BenchCluster, prepareIssuer, startBenchCluster } from "../bench-cluster.ts";
import { type Contender, ours, startContender } from "../contender.ts";
import { History } from "../history.ts";
import { inTurn } from "../in-turn.ts";
import type { Memory } from "../issuer/tell-memory.ts";
import { memoryOf } from "../process-usage.ts";
import { RequestWatch } from "../request-watch.ts";
import { createApprovedRequest, deleteRequests } from "../requests.ts";

const MOST_ROUNDS = 3;
const MB = 1_024 * 1_024;
const TIMEOUT_MS = 120_000;

/** Shows that everything has been read: it is issued after that. */
const PROBE = "probe";

/** What do an issuer's own finished requests cost it? */
export const own: BenchCase = {
  name: "own",
  question: "A cluster is full of our own issuer's finished requests: what do they cost?",

  async run({ pairs, finished, from }) {
    await using cluster = await startBenchCluster();
    const contender = ours(from);
    await prepareIssuer(cluster, contender);
    const history = await History.begin(cluster, contender, contender);
    const count = Math.max(...finished);
    const measure = async (size: number): Promise<Memory[]> => {
      const setting = { rounds: Math.min(pairs, MOST_ROUNDS), what: `${size} finished` };
      const rounds = await inTurn([contender], setting, () => readAll(cluster, contender));
      return rounds.flatMap(({ ours: memory }) => (memory === undefined ? [] : [memory]));
    };
    const empty = await measure(0);
    await history.growTo(count);
    const full = await measure(count);
    const heap = (runs: readonly Memory[]): number => median(runs.map((run) => run.heapUsed));
    const peak = (runs: readonly Memory[]): number => median(runs.map((run) => run.peakRss));
    const bars: Bar[] = [
      {
        what: `heap after gc with ${count}, for each`,
        value: (heap(full) - heap(empty)) / count / 1_024,
        must: "at most",
        limit: 0.3,
        unit: "KB",
      },
      {
        what: `peak RSS with ${count}, above an empty cluster's`,
        value: (peak(full) - peak(empty)) / MB,
        must: "at most",
        limit: 64,
        unit: "MB",
      },
    ];
    const figures = {
      "empty: heap after gc MB": heap(empty) / MB,
      "empty: peak RSS MB": peak(empty) / MB,
      [`${count}: heap after gc MB`]: heap(full) / MB,
      [`${count}: peak RSS MB`]: peak(full) / MB,
    };
    return { bars, figures, runs: [{ empty, full }] };
  },
};

/** Starts ours, waits until it has read all there is, and asks for its memory. */
async function readAll(cluster: BenchCluster, contender: Contender): Promise<Memory> {
  const { client } = cluster;
  const { namespace } = contender;
  await createApprovedRequest(client, contender, PROBE);
  await using watched = await RequestWatch.open(client, namespace);
  const process = await startContender(cluster, contender);
  try {
    await watched.until(() => watched.ready.has(PROBE), { timeoutMs: TIMEOUT_MS });
    return await memoryOf(process);
  } finally {
    await process.stop();
    await deleteRequests(client, namespace, [PROBE]);
  }
}
