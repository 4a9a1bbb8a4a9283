import {
  boundMessage,
  type Condition,
  findCondition,
  isSameCondition,
  transition,
} from "./condition.ts";
import type { IssuerObject } from "./issuer-object.ts";

/** What there is to say of an issuer. */
export type IssuerReport =
  | { readonly type: "ready" }
  /** It cannot be used now and is checked again. */
  | { readonly type: "notReady"; readonly message: string }
  /** It cannot be used until it is changed. */
  | { readonly type: "failed"; readonly message: string };

/** Ready's status and reason for each report, as issuer-lib's issuers have them. */
const READY = {
  ready: { status: "True", reason: "Checked" },
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
    message: boundMessage(report.type === "ready" ? "The issuer can issue." : report.message),
    observedGeneration: issuer.metadata.generation ?? 0,
  };
  if (isSameCondition(present, wanted)) return undefined;
  return { conditions: [transition(present, wanted, now)] };
}
