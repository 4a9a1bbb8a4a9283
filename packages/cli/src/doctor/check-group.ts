import { findCondition } from "@countersign/issuer/inspect";
import { objectKey } from "@countersign/kube";
import { describeAccess } from "../cluster/access-review.ts";
import { objectIn } from "../cluster/seen.ts";
import { explainController } from "../explain/explain-controller.ts";
import { type Finding, unseen } from "../finding.ts";
import type { GroupSnapshot, KindIssuers, ReferenceSnapshot, ReviewedRight } from "./snapshot.ts";

/** Says how everything of an issuer's group stands, from its definitions to its open requests. */
export function checkGroup(snapshot: GroupSnapshot, now: Date): Finding[] {
  const { group, kinds } = snapshot;
  if (kinds.length === 0) {
    return [
      {
        code: "group-not-served",
        level: "problem",
        about: group,
        message: `nobody serves this group: the API server has no kind of it whose name ends in Issuer.`,
        next: "Install the issuer's CustomResourceDefinitions: apply its manifests.",
      },
    ];
  }
  return [
    ...checkDefinitions(snapshot),
    ...snapshot.approvers.map((approver) => checkApprover(approver)),
    checkRunning(snapshot, now),
    ...checkRights(snapshot),
    ...snapshot.issuers.flatMap(checkIssuers),
    ...snapshot.references.flatMap(checkReference),
    ...checkUnfinished(snapshot),
  ];
}

function checkDefinitions({ group, kinds, definitions, expected }: GroupSnapshot): Finding[] {
  if (definitions.is === "unknown") {
    return [unseen(group, "its CustomResourceDefinitions", definitions.right)];
  }
  const found = definitions.is === "there" ? definitions.object : [];
  const broken = found.flatMap((each): Finding[] => {
    const about = `CustomResourceDefinition ${each.name}`;
    if (!each.isEstablished) {
      return [
        {
          code: "definition-not-established",
          level: "problem",
          about,
          message: `it is not served: ${each.message ?? "its condition Established is not True."}`,
          next: "Correct the definition: names of another definition, or a schema, are in its way.",
        },
      ];
    }
    const lost = each.storedVersions.filter((version) => !each.servedVersions.includes(version));
    if (lost.length === 0) return [];
    return [
      {
        code: "definition-lost-version",
        level: "warning",
        about,
        message: `objects may be stored as ${lost.join(", ")}, which is not served any more.`,
        next: "Write every object once anew, then take the version out of status.storedVersions.",
      },
    ];
  });
  if (broken.length > 0) return broken;
  const missing = expected.filter(
    ({ kind, version }) => !kinds.some((each) => each.kind === kind && each.version === version),
  );
  if (missing.length > 0) {
    const names = missing.map(({ kind, version }) => `${kind} ${version}`).join(", ");
    return [
      {
        code: "kinds-missing",
        level: "problem",
        about: group,
        message: `${names} of the definition is not what the API server prefers to serve.`,
        next: "Apply the CustomResourceDefinitions that the definition's program prints: manifests --crds.",
      },
    ];
  }
  const served = kinds.map(({ kind, version }) => `${kind} ${version}`).join(", ");
  return [{ code: "kinds-served", level: "ok", about: group, message: `it has ${served}.` }];
}

function checkApprover({
  account,
  signer,
  mayApprove,
}: GroupSnapshot["approvers"][number]): Finding {
  const about = `ServiceAccount ${account.namespace}/${account.name}`;
  if (mayApprove.is === "unknown") return unseen(about, "whether it may approve", mayApprove.right);
  if (mayApprove.is === "there" && mayApprove.object) {
    const message = `cert-manager may approve ${signer}.`;
    return { code: "approver-allowed", level: "ok", about, message };
  }
  return {
    code: "approver-not-allowed",
    level: "problem",
    about,
    message: `cert-manager may not approve requests for ${signer}: they stay unapproved.`,
    next: `Apply the rights that the issuer's manifests have for cert-manager's account, or set cert-manager's Helm value approveSignerNames to a list with ${signer} in it. Where approver-policy approves instead, name its account: --cert-manager-service-account.`,
  };
}

function checkRunning({ group, leases, issuers }: GroupSnapshot, now: Date): Finding {
  const all = issuers.flatMap((each) => objectIn(each.issuers) ?? []);
  return explainController({ group, leases, issuers: all }, now);
}

function checkRights({ group, accounts, rights }: GroupSnapshot): Finding[] {
  const about = `Rights of the controller of ${group}`;
  if (accounts.is === "unknown") return [unseen(about, "who it runs as", accounts.right)];
  const found = accounts.is === "there" ? accounts.object : [];
  if (found.length === 0) {
    return [
      {
        code: "account-unknown",
        level: "unknown",
        about,
        message: "no ClusterRoleBinding names an account that may write its issuers' status.",
        next: "Give the controller's account: --service-account <namespace>/<name>; with --namespaces if it serves some alone.",
      },
    ];
  }
  return found.flatMap((account) => {
    const ofAccount = rights.filter((each) => each.account === account);
    return checkAccount(`ServiceAccount ${account.namespace}/${account.name}`, ofAccount);
  });
}

function checkAccount(about: string, rights: readonly ReviewedRight[]): Finding[] {
  const unknown = rights.find(({ isAllowed }) => isAllowed.is === "unknown");
  if (unknown?.isAllowed.is === "unknown") {
    return [unseen(about, "its rights", unknown.isAllowed.right)];
  }
  const missing = rights.filter(({ isAllowed }) => isAllowed.is !== "there" || !isAllowed.object);
  if (missing.length === 0) {
    const message = `it has the ${rights.length} rights that its controller needs.`;
    return [{ code: "rights-complete", level: "ok", about, message }];
  }
  return missing.map(({ needed }) => ({
    code: "right-missing",
    level: "problem",
    about,
    message: `it may not ${describeAccess(needed.access)}: ${needed.without}.`,
    next: "Apply the rights that the issuer's manifests have: its program prints them with `manifests --rbac`.",
  }));
}

function checkIssuers({ kind, issuers }: KindIssuers): Finding[] {
  if (issuers.is === "unknown") return [unseen(kind.kind, "its issuers", issuers.right)];
  const found = issuers.is === "there" ? issuers.object : [];
  const unready = found.flatMap((issuer): Finding[] => {
    const ready = findCondition(issuer.status?.conditions, "Ready");
    if (ready?.status === "True") return [];
    const why = ready?.message ?? ready?.reason ?? "its controller has said nothing of it.";
    return [
      {
        code: ready === undefined ? "issuer-not-checked" : "issuer-not-ready",
        level: "problem",
        about: `${kind.kind} ${objectKey(issuer.metadata)}`,
        message: `it is not ready: ${why}`,
        next:
          ready === undefined
            ? "See whether its controller runs, and serves its namespace."
            : "Do what the message says; the issuer is checked again by itself.",
      },
    ];
  });
  if (unready.length > 0) return unready;
  if (found.length === 0) {
    return [{ code: "no-issuer", level: "ok", about: kind.kind, message: "there is none." }];
  }
  const message =
    found.length === 1 ? "its only issuer is ready." : `its ${found.length} issuers are ready.`;
  return [{ code: "issuers-ready", level: "ok", about: kind.kind, message }];
}

function checkReference(reference: ReferenceSnapshot): Finding[] {
  const { issuer, kind, namespace, name, seen, readable } = reference;
  const about = `${kind} ${namespace}/${name}`;
  if (seen.is === "absent") {
    return [
      {
        code: "reference-missing",
        level: "problem",
        about,
        message: `it does not exist, and ${issuer} refers to it.`,
        next: "Create it there, or correct the issuer's spec. A cluster issuer's is in the cluster resource namespace (--cluster-resource-namespace).",
      },
    ];
  }
  if (readable?.isAllowed.is === "there" && !readable.isAllowed.object) {
    return [
      {
        code: "reference-not-readable",
        level: "problem",
        about,
        message: `the controller may not read it, and ${issuer} refers to it.`,
        next: `Print the issuer's manifests with --secret-namespaces ${namespace}, or --secret-names ${namespace}/${name}, and apply them.`,
      },
    ];
  }
  return seen.is === "unknown" ? [unseen(about, "whether it exists", seen.right)] : [];
}

function checkUnfinished({ group, unfinished }: GroupSnapshot): Finding[] {
  const about = `Requests of ${group}`;
  if (unfinished.is === "unknown") return [unseen(about, "they", unfinished.right)];
  const found = unfinished.is === "there" ? unfinished.object : [];
  const [first] = found;
  if (first === undefined) {
    const message = "none waits for longer than 5 minutes.";
    return [{ code: "requests-finished", level: "ok", about, message }];
  }
  const message = `${found.length} have waited for longer than 5 minutes, ${objectKey(first.metadata)} among them.`;
  const next = `See what for: countersign explain cr ${objectKey(first.metadata)}`;
  return [{ code: "requests-waiting", level: "warning", about, message, next }];
}
