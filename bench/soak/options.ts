import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";

export const USAGE = `npm run soak -- [--minutes 30 | --seconds 15] [--rate 8] [--seed 1] [--json FILE] [--logs DIR]

Keeps two issuer programs at work on a real control plane while its parts fail, and judges what came
of it. Ends with 1 when a bar does not hold.

  --minutes, --seconds  how long requests arrive; 30 minutes if not given
  --rate                requests a second
  --seed                of the faults and of what is edited; printed, and random if not given
  --json                where to write all that was measured
  --logs                a folder to copy the programs' logs to`;

/** What a soak is told. */
export interface SoakOptions {
  readonly durationMs: number;
  readonly ratePerS: number;
  readonly seed: number;
  readonly jsonPath: string | undefined;
  readonly logsDir: string | undefined;
}

const MINUTE_MS = 60_000;

/** Reads the command line. @throws TypeError for what it cannot be. */
export function parseOptions(argv: readonly string[]): SoakOptions | "help" {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      minutes: { type: "string" },
      seconds: { type: "string" },
      rate: { type: "string", default: "8" },
      seed: { type: "string" },
      json: { type: "string" },
      logs: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const durationMs =
    values.seconds === undefined
      ? positive("minutes", values.minutes ?? "30") * MINUTE_MS
      : positive("seconds", values.seconds) * 1_000;
  return {
    durationMs,
    ratePerS: positive("rate", values.rate),
    seed: values.seed === undefined ? randomInt(1, 1_000_000) : positive("seed", values.seed),
    jsonPath: values.json,
    logsDir: values.logs,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new TypeError(`Cannot soak: --${name} is ${text}, must be a number above 0`);
}
