import {
  boundMessage,
  type Condition,
  findCondition,
  isSameCondition,
  transition,
} from "./condition.ts";
import type { IssuerObject } from "./issuer-object.ts";

/** When an issuer ends, where that is known. */
export interface IssuerEnd {
  readonly notAfter?: Date;
  /** How long the report holds at most, from the check on. */
  readonly changesInMs?: number;
}

/** What there is to say of an issuer. */
export type IssuerReport =
  /** It is being checked for the first time. */
  | { readonly type: "initializing" }
  | ({ readonly type: "ready"; readonly message?: string } & IssuerEnd)
  /** It can be used, and must be renewed before it ends. */
  | ({ readonly type: "ending"; readonly message: string } & IssuerEnd)
  /** It cannot be used now and is checked again. */
  | { readonly type: "notReady"; readonly message: string; readonly notAfter?: Date }
  /** It cannot be used until it is changed. */
  | { readonly type: "failed"; readonly message: string };

/** Ready's status and reason for each report, as issuer-lib's issuers have them. */
const READY = {
  initializing: { status: "Unknown", reason: "Initializing" },
  ready: { status: "True", reason: "Checked" },
  ending: { status: "True", reason: "Checked" },
  notReady: { status: "False", reason: "Pending" },
  failed: { status: "False", reason: "Failed" },
} as const;

/** Computes the status to apply; undefined where the issuer says all of it already. */
export function issuerStatusToApply(
  issuer: IssuerObject,
  report: IssuerReport,
  now: Date,
): { conditions: Condition[] } | undefined {
  const present = findCondition(issuer.status?.conditions, "Ready");
  const wanted = {
    type: "Ready",
    ...READY[report.type],
    message: boundMessage(messageOfIssuerReport(report)),
    observedGeneration: issuer.metadata.generation ?? 0,
  };
  if (isSameCondition(present, wanted)) return undefined;
  return { conditions: [transition(present, wanted, now)] };
}

/** A report in the words for whoever runs the issuer. */
export function messageOfIssuerReport(report: IssuerReport): string {
  switch (report.type) {
    case "initializing":
      return "The issuer is being checked for the first time.";
    case "ready":
      return report.message ?? "The issuer can issue.";
    case "failed":
      return `The issuer cannot issue until it, or what it refers to, is changed: ${report.message}`;
    case "ending":
    case "notReady":
      return report.message;
  }
}
