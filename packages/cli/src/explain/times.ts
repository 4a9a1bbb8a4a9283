import { formatGoDuration } from "@countersign/issuer/inspect";

/** How long something may take that takes a moment, before it is a sign that nobody does it. */
export const MOMENT_MS = 30_000;

/** The milliseconds since a time, RFC 3339; none for a time that is missing. */
export function sinceMs(time: string | undefined, now: Date): number {
  const at = Date.parse(time ?? "");
  return Number.isNaN(at) ? 0 : Math.max(0, now.getTime() - at);
}

/** A duration for a person, in whole seconds: `0s`, `12s`, `1h30m`. */
export function span(durationMs: number): string {
  return durationMs < 1_000 ? "0s" : formatGoDuration(durationMs);
}

/** How long ago a time was: `12s`. */
export function ago(time: string | undefined, now: Date): string {
  return span(sinceMs(time, now));
}
