import type { IssuerReport } from "./issuer-status.ts";

/** What `check()` may tell of an issuer that can be used. */
export interface CheckResult {
  /**
   * When what the CA signs with ends: the last moment in which it can issue. The issuer says so from
   * the start, warns before, and is not Ready after.
   */
  readonly notAfter?: Date;
  /** When that began. The warning of what does not live long comes later: see `warnsFrom`. */
  readonly notBefore?: Date;
  /** A sentence that whoever runs the issuer should read. */
  readonly message?: string;
}

/** Where an issuer is in its time. */
export type IssuerTerm =
  /** Nobody knows when it ends. */
  | { readonly term: "open" }
  /** It ends, and there is time. */
  | { readonly term: "running"; readonly notAfter: Date; readonly changesInMs: number }
  /** It is time to renew it. */
  | { readonly term: "ending"; readonly notAfter: Date; readonly changesInMs: number }
  | { readonly term: "over"; readonly notAfter: Date };

/** So long before the end is a warning in time for most, and not yet noise. */
const LONGEST_WARNING_MS = 30 * 24 * 3_600_000;

/**
 * When the warning begins: 30 days before the end, or when a third of the lifetime is left, whichever
 * is later. A third is when cert-manager renews, so that a CA that it renews warns only when that fails.
 */
export function warnsFrom(notAfter: Date, notBefore: Date | undefined): Date {
  const lifetimeMs =
    notBefore === undefined ? Number.POSITIVE_INFINITY : notAfter.getTime() - notBefore.getTime();
  const warningMs = Math.min(LONGEST_WARNING_MS, Math.max(0, lifetimeMs / 3));
  return new Date(notAfter.getTime() - warningMs);
}

/** Tells where an issuer is in its time. `changesInMs` is when to ask again, if not before. */
export function termOf(result: CheckResult, now: Date): IssuerTerm {
  const { notAfter, notBefore } = result;
  if (notAfter === undefined) return { term: "open" };
  const untilMs = (time: Date): number => time.getTime() - now.getTime();
  if (untilMs(notAfter) <= 0) return { term: "over", notAfter };
  const warningInMs = untilMs(warnsFrom(notAfter, notBefore));
  return warningInMs > 0
    ? { term: "running", notAfter, changesInMs: warningInMs }
    : { term: "ending", notAfter, changesInMs: untilMs(notAfter) };
}

/**
 * Tells what there is to say of an issuer whose check has passed.
 *
 * @throws TypeError for a time that is none.
 */
export function reportOfCheck(result: CheckResult | undefined, now: Date): IssuerReport {
  requireTime("notAfter", result?.notAfter);
  requireTime("notBefore", result?.notBefore);
  const term = termOf(result ?? {}, now);
  const sentences = (first: string): string => [first, result?.message ?? ""].join(" ").trim();
  switch (term.term) {
    case "open":
      return { type: "ready", message: sentences("The issuer can issue.") };
    case "running": {
      const message = sentences(`The issuer can issue until ${term.notAfter.toISOString()}.`);
      return { type: "ready", message, ...end(term) };
    }
    case "ending": {
      const first = `The issuer can issue, but its CA ends on ${term.notAfter.toISOString()}: renew it.`;
      return { type: "ending", message: sentences(first), ...end(term) };
    }
    case "over": {
      const message = `The issuer's CA ended on ${term.notAfter.toISOString()}: renew it.`;
      return { type: "notReady", message: sentences(message), notAfter: term.notAfter };
    }
  }
}

function end(term: { notAfter: Date; changesInMs: number }): {
  notAfter: Date;
  changesInMs: number;
} {
  return { notAfter: term.notAfter, changesInMs: term.changesInMs };
}

function requireTime(field: string, time: unknown): void {
  if (time === undefined) return;
  if (time instanceof Date && !Number.isNaN(time.getTime())) return;
  throw new TypeError(`check() returned ${field} ${String(time)}, must be a valid Date`);
}
