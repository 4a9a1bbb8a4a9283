import { oneLine } from "./fit-line.ts";

/** A line of pino's, as far as it is shown. */
interface LogEntry {
  readonly level?: unknown;
  readonly msg?: unknown;
  readonly err?: { readonly message?: unknown };
}

/** pino's numbers. */
const LEVELS: Readonly<Record<number, string>> = {
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
  60: "fatal",
};

/** A line of an issuer's log for people: `warn Cannot read: it is gone`. What is no JSON stays as it is. */
export function describeLogLine(line: string): string {
  const entry = parse(line);
  if (typeof entry?.msg !== "string") return oneLine(line);
  const level = LEVELS[Number(entry.level)] ?? "info";
  const error = entry.err?.message;
  return oneLine(`${level} ${entry.msg}${typeof error === "string" ? `: ${error}` : ""}`);
}

function parse(line: string): LogEntry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
