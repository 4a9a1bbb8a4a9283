import { findCondition } from "@countersign/issuer/inspect";
import { type Finding, unseen } from "../finding.ts";
import { controllerOf, explainController } from "./explain-controller.ts";
import type { IssuerReference, IssuerSnapshot } from "./snapshot.ts";
import { ago, MOMENT_MS, sinceMs } from "./times.ts";

/** What a message calls an issuer: `AcmeIssuer default/acme`. */
export function describeReference({ kind, namespace, name }: IssuerReference): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/**
 * Says how the issuer of a request stands, and of its controller where that may be the reason. The
 * first finding is the issuer's: of level ok where requests can be signed.
 */
export function explainIssuer(snapshot: IssuerSnapshot, now: Date): Finding[] {
  const unserved = explainServed(snapshot);
  if (unserved !== undefined) return [unserved];
  const { reference, issuer } = snapshot;
  const about = describeReference(reference);
  switch (issuer.is) {
    case "unknown":
      return [unseen(about, "it", issuer.right)];
    case "absent":
      return [
        {
          code: "issuer-missing",
          level: "problem",
          about,
          message: "it does not exist.",
          next: "Create it, or correct issuerRef and request again.",
        },
      ];
    case "there":
      return explainStatus(snapshot, issuer.object, now);
  }
}

/** Why nobody can serve an issuer: its kind is not there. Undefined where it is. */
export function explainServed({ reference, served }: IssuerSnapshot): Finding | undefined {
  const { group, kind } = reference;
  const about = describeReference(reference);
  switch (served.is) {
    case "served":
      return undefined;
    case "noGroup":
      return {
        code: "group-not-served",
        level: "problem",
        about,
        message: `nobody serves this group: the API server has no API group ${group}.`,
        next: "Install the issuer's CustomResourceDefinitions and its controller, or correct the group in issuerRef.",
      };
    case "noKind":
      return {
        code: "kind-not-served",
        level: "problem",
        about,
        message: `API group ${group} has no ${kind}: it has ${served.kinds.join(", ") || "no kind at all"}.`,
        next: "Correct the kind in issuerRef, or install the issuer's CustomResourceDefinitions anew.",
      };
  }
}

function explainStatus(
  snapshot: IssuerSnapshot,
  issuer: NonNullable<IssuerSnapshot["issuer"] & { is: "there" }>["object"],
  now: Date,
): Finding[] {
  const about = describeReference(snapshot.reference);
  const { creationTimestamp, deletionTimestamp, generation = 0 } = issuer.metadata;
  if (deletionTimestamp !== undefined) {
    return [
      {
        code: "issuer-deleting",
        level: "problem",
        about,
        message: `it is being deleted, since ${deletionTimestamp}.`,
        next: "Create it anew once it is gone, or request from another issuer.",
      },
    ];
  }
  const ready = findCondition(issuer.status?.conditions, "Ready");
  if (ready === undefined || ready.reason === "Initializing") {
    const message = `it has not been checked yet, ${ago(creationTimestamp, now)} after it was made.`;
    return slow(
      "issuer-not-checked",
      { about, message },
      sinceMs(creationTimestamp, now),
      snapshot,
      now,
    );
  }
  // Go's issuers do not all tell which generation they have seen.
  if (ready.observedGeneration !== undefined && ready.observedGeneration < generation) {
    const message = `its latest change has not been checked yet: generation ${generation}, checked ${ready.observedGeneration}.`;
    const changedMs = sinceMs(lastChange(issuer.metadata.managedFields), now);
    return slow("issuer-change-not-checked", { about, message }, changedMs, snapshot, now);
  }
  if (ready.status !== "True") {
    const why = ready.message ?? ready.reason ?? "it gives no reason";
    const controller = explainController(controllerOf(snapshot), now);
    return [
      {
        code: "issuer-not-ready",
        level: "problem",
        about,
        message: `it is not ready, since ${ready.lastTransitionTime ?? "an unknown time"}: ${why}`,
        next: "Do what the message says. The issuer is checked again by itself, and its requests go on once it is ready.",
      },
      // Nobody is there to check it again.
      ...(controller.level === "problem" ? [controller] : []),
    ];
  }
  return [
    {
      code: "issuer-ready",
      level: "ok",
      about,
      message: `it is ready: ${ready.message ?? ""}`.trim(),
    },
  ];
}

/** What takes a moment is awaited; what takes longer is a sign that the controller is not there. */
function slow(
  code: string,
  { about, message }: { about: string; message: string },
  sinceMs: number,
  snapshot: IssuerSnapshot,
  now: Date,
): Finding[] {
  if (sinceMs < MOMENT_MS) return [{ code, level: "waiting", about, message }];
  const controller = explainController(controllerOf(snapshot), now);
  const next =
    controller.level === "ok"
      ? "Look at the controller's log: it runs and does not say anything of this issuer."
      : "See to the issuer's controller, below.";
  return [{ code, level: "problem", about, message, next }, controller];
}

/** When anybody but a controller changed an object. */
function lastChange(managedFields: readonly unknown[] = []): string | undefined {
  const fields = managedFields as readonly { subresource?: string; time?: string }[];
  return fields
    .flatMap(({ subresource, time }) => (subresource === undefined && time ? [time] : []))
    .sort()
    .at(-1);
}
