import type { KubeObject, Lease } from "@countersign/kube";
import { standingOf, tellingLeases } from "../cluster/controller-leases.ts";
import type { Seen } from "../cluster/seen.ts";
import { type Finding, unseen } from "../finding.ts";
import type { IssuerSnapshot } from "./snapshot.ts";
import { ago, span } from "./times.ts";

/** What there is to be seen of a group's controller. */
export interface ControllerSnapshot {
  readonly group: string;
  readonly leases: Seen<readonly Lease[]>;
  /** Its issuers, or some of them: who wrote them is a sign of life. */
  readonly issuers: readonly KubeObject[];
}

/** What there is to be seen of the controller of an issuer. */
export function controllerOf({ reference, leases, issuer }: IssuerSnapshot): ControllerSnapshot {
  const issuers = issuer.is === "there" ? [issuer.object] : [];
  return { group: reference.group, leases, issuers };
}

/**
 * Tells whether a controller of an issuer's group works, from its leases: one that is held and fresh
 * is enough. Without any lease it says when the controller was last heard of, if ever.
 */
export function explainController(snapshot: ControllerSnapshot, now: Date): Finding {
  const { group, leases, issuers } = snapshot;
  const about = `Controller of ${group}`;
  if (leases.is === "unknown") return unseen(about, "its leases", leases.right);
  const all = leases.is === "there" ? leases.object : [];
  const found = tellingLeases(all);
  const standings = found.map((lease) => {
    const { namespace, name } = lease.metadata;
    return { name: `Lease ${namespace}/${name}`, ...standingOf(lease, now) };
  });
  const held = standings.find((each) => each.is === "held");
  if (held !== undefined) {
    return {
      code: "controller-leads",
      level: "ok",
      about,
      message: `it runs: ${held.name} is held by ${held.by}, renewed ${span(held.renewedMsAgo)} ago.`,
    };
  }
  const expired = standings.find((each) => each.is === "expired");
  if (expired !== undefined) {
    return {
      code: "lease-expired",
      level: "problem",
      about,
      message: `it does not run, or has lost its lease: ${expired.name} was last renewed ${span(expired.renewedMsAgo)} ago, by ${expired.by}.`,
      next: START,
    };
  }
  const [free] = standings;
  if (free !== undefined) {
    return {
      code: "lease-free",
      level: "problem",
      about,
      message: `it does not run: nobody holds ${free.name}.`,
      next: START,
    };
  }
  if (all.length > 0) {
    return {
      code: "lease-free",
      level: "problem",
      about,
      message: "it does not run: its replicas divide the work, and none of them has a Lease.",
      next: START,
    };
  }
  const heard = lastHeardOf(issuers);
  const last =
    heard === undefined
      ? "and nothing of it has been seen"
      : `and it was last heard of ${ago(heard.time, now)} ago, as ${heard.manager}`;
  return {
    code: "controller-unknown",
    level: "unknown",
    about,
    message: `it cannot be told whether it runs: no Lease is named after its group, ${last}.`,
    next: "Look at its pods and their log: that it was started, and with which flags (--namespaces, --certificate-requests).",
  };
}

const START =
  "Start the controller, or find out from its log why it ended: kubectl get pods --all-namespaces.";

interface ManagedField {
  readonly manager?: string;
  readonly subresource?: string;
  readonly time?: string;
}

/** Who wrote some issuers' status last, and when: the API server keeps it. */
function lastHeardOf(
  issuers: readonly KubeObject[],
): { manager: string; time: string } | undefined {
  const [latest] = issuers
    .flatMap(({ metadata }) => (metadata.managedFields ?? []) as readonly ManagedField[])
    .flatMap(({ manager, subresource, time }) =>
      subresource === "status" && manager && time ? [{ manager, time }] : [],
    )
    .sort((a, b) => Date.parse(b.time) - Date.parse(a.time));
  return latest;
}
