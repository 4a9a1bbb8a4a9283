/** Go's units in milliseconds, as `time.ParseDuration` knows them. */
const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/**
 * Reads a duration as Go writes it, in milliseconds: `1h30m`, `2160h0m0s`, `0`. Kubernetes'
 * metav1.Duration and the flags of Go controllers have this form.
 *
 * @throws SyntaxError for any other text.
 */
export function parseGoDuration(text: string): number {
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.replace(/^[+-]/, "");
  if (digits === "0") return 0;
  let totalMs = 0;
  let at = 0;
  while (at < digits.length) {
    PART.lastIndex = at;
    const [part, amount, unit] = PART.exec(digits) ?? [];
    if (part === undefined || unit === undefined) break;
    totalMs += Number(amount) * (UNIT_MS[unit] ?? Number.NaN);
    at += part.length;
  }
  if (at === 0 || at < digits.length) {
    throw new SyntaxError(
      `Cannot parse duration ${JSON.stringify(text)}: must be numbers with units, such as 90s, 10m or 1h30m`,
    );
  }
  return sign * totalMs;
}

/** Writes a duration for a person: `850ms`, `12s`, `1h30m`. Below a second in milliseconds, else whole seconds. */
export function formatGoDuration(durationMs: number): string {
  if (durationMs < 1_000) return `${Math.round(durationMs)}ms`;
  const seconds = Math.round(durationMs / 1_000);
  const parts = [
    [Math.floor(seconds / 3_600), "h"],
    [Math.floor((seconds % 3_600) / 60), "m"],
    [seconds % 60, "s"],
  ] as const;
  return parts
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join("");
}
