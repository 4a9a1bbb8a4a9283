import { COMMANDS, runCli } from "countersign";

/** How a command has ended, and what it has printed. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** What it printed with `--output json`; empty for anything else. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** Runs `countersign` in this process. */
export function countersign(...args: string[]): Promise<Ended> {
  return countersignAt(() => new Date(), args);
}

/** As {@link countersign}, at another time than now. */
export async function countersignAt(now: () => Date, args: readonly string[]): Promise<Ended> {
  let out = "";
  let err = "";
  const code = await runCli(COMMANDS, args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    signal: new AbortController().signal,
    now,
  });
  return { code, out, err, json: out.startsWith("{") ? JSON.parse(out) : {} };
}
