import { countWrites } from "../audit-log.ts";
import type { BenchCase } from "../bench-case.ts";
import { type BenchCluster, prepareIssuer, startBenchCluster, userOf } from "../bench-cluster.ts";
import { type Contender, ours } from "../contender.ts";
import { drain } from "../drain.ts";
import { inTurn } from "../in-turn.ts";

const STATUS = "patch certificaterequests/status";
const EVENT = "create events";

type Counts = Readonly<Record<string, number>>;

/** What does a request cost the API server? */
export const writes: BenchCase = {
  name: "writes",
  question: "How often is the API server written to for each request that is issued?",

  async run({ requests, from, peer }) {
    await using cluster = await startBenchCluster({ audit: true });
    const contenders = [ours(from), peer];
    for (const each of contenders) if (each !== undefined) await prepareIssuer(cluster, each);
    const [counts = {}] = await inTurn(
      contenders,
      { rounds: 1, what: `${requests} requests wait` },
      (contender) => writesOf(cluster, contender, requests),
    );
    const { ours: mine = {}, peer: theirs = {} } = counts;
    const { [STATUS]: patches = 0, [EVENT]: events = 0, ...others } = mine;
    const rest = Object.values(others).reduce((sum, count) => sum + count, 0);
    return {
      bars: [
        bar("status PATCHes a request", patches / requests, { must: "at most", limit: 1 }),
        bar("events a request, no less", events / requests, { must: "at least", limit: 1 }),
        bar("events a request, no more", events / requests, { must: "at most", limit: 1 }),
        bar("other writes in all", rest, { must: "at most", limit: 0 }),
      ],
      figures: {
        "peer, status PATCHes a request": (theirs[STATUS] ?? Number.NaN) / requests,
        "peer, events a request": (theirs[EVENT] ?? Number.NaN) / requests,
      },
      runs: [counts],
    };
  },
};

/** The program has ended before they are counted, and with it all that it writes later than a status. */
async function writesOf(
  cluster: BenchCluster,
  contender: Contender,
  requests: number,
): Promise<Counts> {
  const { auditLogPath = "" } = cluster.controlPlane;
  const who = { user: userOf(contender), namespace: contender.namespace };
  const before = await countWrites(auditLogPath, who);
  await drain(cluster, contender, { requests });
  const after = await countWrites(auditLogPath, who);
  const differences = Object.entries(after).map(([what, count]): [string, number] => [
    what,
    count - (before[what] ?? 0),
  ]);
  return Object.fromEntries(differences.filter(([, count]) => count > 0));
}

function bar(
  what: string,
  value: number,
  { must, limit }: { must: "at most" | "at least"; limit: number },
) {
  return { what, value, must, limit, unit: "" };
}
