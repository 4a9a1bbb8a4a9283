import type { Difference } from "@countersign/x509";

/** A way in which a certificate can differ from what was asked for. */
export type Mismatch =
  | "unexpectedName"
  | "missingName"
  | "unexpectedCA"
  | "missingCA"
  | "shorterDuration"
  | "longerDuration"
  | "unexpectedUsage"
  | "missingUsage"
  | "otherSubject";

/**
 * What follows from a mismatch:
 *
 * - `fail`: the certificate is not published, and the request has failed.
 * - `warn`: it is published; condition, event and log say how it differs.
 * - `accept`: it is published as if there were no difference.
 */
export type Reaction = "fail" | "warn" | "accept";

/** An issuer's reaction to each mismatch. */
export type MismatchPolicy = Readonly<Record<Mismatch, Reaction>>;

/**
 * The policy of an issuer that says nothing: what widens a certificate's power fails, what narrows it
 * is told. A CA often writes a subject of its own; the names that clients look at are the alternative
 * names.
 */
export const DEFAULT_POLICY: MismatchPolicy = {
  unexpectedName: "fail",
  missingName: "warn",
  unexpectedCA: "fail",
  missingCA: "warn",
  shorterDuration: "warn",
  longerDuration: "warn",
  unexpectedUsage: "warn",
  missingUsage: "warn",
  otherSubject: "accept",
};

type Kinds = Difference["kind"];

const MISMATCHES: Readonly<
  Record<Difference["aspect"], Readonly<Partial<Record<Kinds, Mismatch>>>>
> = {
  names: { unexpected: "unexpectedName", missing: "missingName" },
  isCA: { unexpected: "unexpectedCA", missing: "missingCA" },
  duration: { shorter: "shorterDuration", longer: "longerDuration" },
  usages: { unexpected: "unexpectedUsage", missing: "missingUsage" },
  subject: { unexpected: "otherSubject", missing: "otherSubject" },
};

/** How a policy reacts to a difference; one that it has no word for fails. */
export function reactionTo(difference: Difference, policy: MismatchPolicy): Reaction {
  const mismatch = MISMATCHES[difference.aspect][difference.kind];
  return mismatch === undefined ? "fail" : policy[mismatch];
}
