import { parseArgs } from "node:util";
import type { OursFrom } from "./contender.ts";

/** What the command line says. */
export interface BenchOptions {
  /** Empty for all. */
  readonly cases: readonly string[];
  readonly pairs: number;
  readonly requests: number;
  readonly seconds: number;
  readonly finished: readonly number[];
  readonly from: OursFrom;
  /** A command and its arguments; without it the Go program in `bench/peer`. */
  readonly peer: readonly string[] | undefined;
  /** Where the results are kept. */
  readonly out: string;
}

export const USAGE = `npm run bench:runtime -- [options]

  --case <name>         one case; may be given several times (all of them)
  --pairs <count>       runs of each contender, in turn (5)
  --requests <count>    of a backlog (1000)
  --seconds <count>     how long requests arrive (20)
  --finished <counts>   finished requests in the cluster, a,b (10000,50000)
  --peer <command>      serves SimpleIssuers of testing.cert-manager.io; "none" for no peer (bench/peer)
  --from <dist|source>  ours as it is installed, or from its sources (dist)
  --out <file>          where results are kept as JSON (bench/results.json)
`;

/** Reads it. @throws TypeError that names what is wrong with it. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      case: { type: "string", multiple: true, default: [] },
      pairs: { type: "string", default: "5" },
      requests: { type: "string", default: "1000" },
      seconds: { type: "string", default: "20" },
      finished: { type: "string", default: "10000,50000" },
      peer: { type: "string" },
      from: { type: "string", default: "dist" },
      out: { type: "string", default: "bench/results.json" },
    },
  });
  const { from, peer, out } = values;
  if (from !== "dist" && from !== "source") {
    throw new TypeError(`Cannot run: --from is ${from}, must be dist or source`);
  }
  return {
    cases: values.case,
    pairs: readCount("pairs", values.pairs),
    requests: readCount("requests", values.requests),
    seconds: readCount("seconds", values.seconds),
    finished: values.finished.split(",").map((each) => readCount("finished", each)),
    from,
    peer: peer?.split(" ").filter((word) => word !== ""),
    out,
  };
}

function readCount(flag: string, text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new TypeError(`Cannot run: --${flag} is ${text}, must be a whole number from 1`);
}
