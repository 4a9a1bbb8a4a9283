import type { CertManagerController } from "../cluster/cert-manager-account.ts";
import { standingOf } from "../cluster/controller-leases.ts";
import type { ServedKind } from "../cluster/discovery.ts";
import { span } from "../explain/times.ts";
import { type Finding, unseen } from "../finding.ts";
import type { CertManagerSnapshot } from "./snapshot.ts";

const ABOUT = "cert-manager";

/** The kinds that issuing takes. */
const KINDS = ["Certificate", "CertificateRequest", "Issuer", "ClusterIssuer"];

/** Says how cert-manager stands: its kinds, its version, its controller. */
export function checkCertManager(snapshot: CertManagerSnapshot, now: Date): Finding[] {
  const { kinds } = snapshot;
  if (kinds.length === 0) {
    return [
      {
        code: "cert-manager-missing",
        level: "problem",
        about: ABOUT,
        message: "it is not installed: the API server has no API group cert-manager.io.",
        next: "Install cert-manager 1.16 or newer, its CustomResourceDefinitions with it.",
      },
    ];
  }
  return [checkKinds(kinds), checkVersion(snapshot), checkController(snapshot, now)];
}

function checkKinds(kinds: readonly ServedKind[]): Finding {
  const missing = KINDS.filter((kind) => !kinds.some((each) => each.kind === kind));
  const version = kinds[0]?.version ?? "";
  const about = `${ABOUT}'s CustomResourceDefinitions`;
  if (missing.length > 0) {
    return {
      code: "cert-manager-kinds-missing",
      level: "problem",
      about,
      message: `${missing.join(", ")} of cert-manager.io is not there.`,
      next: "Apply cert-manager's CustomResourceDefinitions again, all of one version.",
    };
  }
  if (version !== "v1") {
    return {
      code: "cert-manager-api-old",
      level: "problem",
      about,
      message: `cert-manager.io is served as ${version}, must be v1.`,
      next: "Upgrade cert-manager to 1.16 or newer.",
    };
  }
  const message = `${KINDS.join(", ")} are served as v1.`;
  return { code: "cert-manager-kinds", level: "ok", about, message };
}

/** The oldest version that a test shows to work, and the oldest that can work. */
const SUPPORTED = [1, 16] as const;
const POSSIBLE = [1, 8] as const;

function checkVersion({ version, approval, isApprovalSafe }: CertManagerSnapshot): Finding {
  const about = `${ABOUT}'s version`;
  const next = "Upgrade cert-manager to 1.16 or newer.";
  if (approval === "unsupported") {
    const message = "it is older than 1.3, which has no approval: nothing is issued here.";
    return { code: "cert-manager-too-old", level: "problem", about, message, next };
  }
  if (!isApprovalSafe) {
    const message =
      "it is between 1.3 and 1.7, where what an issuer writes to a request takes its approval away.";
    return { code: "cert-manager-too-old", level: "problem", about, message, next };
  }
  if (version === undefined) {
    const message =
      "neither its CustomResourceDefinitions nor its Deployment tell it, or you may not read them; its API is that of 1.8 or newer.";
    return { code: "cert-manager-version-unknown", level: "ok", about, message };
  }
  const [major = 0, minor = 0] = version
    .replace(/^v/, "")
    .split(".")
    .map((part) => Number.parseInt(part, 10));
  const isFrom = ([a, b]: readonly [number, number]): boolean =>
    major > a || (major === a && minor >= b);
  if (isFrom(SUPPORTED)) {
    return { code: "cert-manager-version", level: "ok", about, message: `it is ${version}.` };
  }
  const level = isFrom(POSSIBLE) ? "warning" : "problem";
  const message = `it is ${version}, which no test of ours has shown to work.`;
  return { code: "cert-manager-version-old", level, about, message, next };
}

function checkController({ controller, leases }: CertManagerSnapshot, now: Date): Finding {
  const about = `${ABOUT}'s controller`;
  if (controller.availableReplicas === 0) {
    return {
      code: "cert-manager-not-running",
      level: "problem",
      about,
      message: "its Deployment has no replica that is available.",
      next: `See why: kubectl get pods --namespace ${controller.account.namespace}.`,
    };
  }
  if (leases.is === "unknown") return unseen(about, "its lease", leases.right);
  const [lease] = leases.is === "there" ? leases.object : [];
  if (lease === undefined) return withoutLease(about, controller);
  const standing = standingOf(lease, now);
  const name = `Lease ${lease.metadata.namespace}/${lease.metadata.name}`;
  if (standing.is === "held") {
    const message = `it runs: ${name} is held by ${standing.by}, renewed ${span(standing.renewedMsAgo)} ago.`;
    return { code: "cert-manager-runs", level: "ok", about, message };
  }
  const last = standing.is === "free" ? "" : `, last renewed ${span(standing.renewedMsAgo)} ago`;
  return {
    code: "cert-manager-not-running",
    level: "problem",
    about,
    message: `it does not run: nobody holds ${name}${last}.`,
    next: `See why: kubectl get pods --namespace ${controller.account.namespace}.`,
  };
}

function withoutLease(about: string, { availableReplicas }: CertManagerController): Finding {
  if (availableReplicas !== undefined) {
    const message = `its Deployment has ${availableReplicas} available.`;
    return { code: "cert-manager-runs", level: "ok", about, message };
  }
  return {
    code: "cert-manager-running-unknown",
    level: "unknown",
    about,
    message:
      "it cannot be told whether it runs: there is neither its Deployment nor its Lease to be seen.",
    next: "If Certificates stay without a CertificateRequest, see whether it runs.",
  };
}
