/**
 * How something stands:
 *
 * - `ok`: as it should be.
 * - `waiting`: under way, and it goes on by itself.
 * - `warning`: it works, and something about it wants looking at.
 * - `problem`: it does not go on until somebody does something.
 * - `unknown`: we may not look.
 */
export type Level = "ok" | "waiting" | "warning" | "problem" | "unknown";

/** One thing that was found out. */
export interface Finding {
  /** Its kind, for programs: `issuer-missing`. Kept from version to version. */
  readonly code: string;
  readonly level: Level;
  /** What it is about: `CertificateRequest default/web-1`. */
  readonly about: string;
  /** A sentence of what is so. */
  readonly message: string;
  /** A sentence of what to do. */
  readonly next?: string;
}

const SIGNS: Readonly<Record<Level, string>> = {
  ok: "✔",
  waiting: "…",
  warning: "!",
  problem: "✖",
  unknown: "?",
};

/** A finding on one or two lines. */
export function textOfFinding({ level, about, message, next }: Finding): string {
  const line = `${SIGNS[level]} ${about}: ${message}`;
  return next === undefined ? line : `${line}\n  → ${next}`;
}

/** From the worst on. */
const LEVELS: readonly Level[] = ["problem", "warning", "unknown", "waiting", "ok"];

/** The worst of some findings; ok where there are none. */
export function worstOf(findings: readonly Finding[]): Level {
  return LEVELS.find((level) => findings.some((each) => each.level === level)) ?? "ok";
}

/** What could not be looked at, as a finding. */
export function unseen(about: string, what: string, right: string): Finding {
  return {
    code: "not-allowed",
    level: "unknown",
    about,
    message: `${what} could not be looked at: you may not ${right}.`,
    next: "Run this as somebody who may, or have that right granted.",
  };
}
