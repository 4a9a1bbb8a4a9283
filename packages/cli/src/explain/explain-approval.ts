import { type Finding, unseen } from "../finding.ts";
import { explainServed } from "./explain-issuer.ts";
import type { RequestSnapshot } from "./snapshot.ts";
import { ago, MOMENT_MS, sinceMs } from "./times.ts";

/** Says why nobody has approved a request yet. */
export function explainApproval(snapshot: RequestSnapshot, about: string, now: Date): Finding[] {
  const { object, approver, issuer } = snapshot;
  const { creationTimestamp } = object.metadata;
  if (approver === undefined) {
    return [
      {
        code: "not-approved-by-hand",
        level: "problem",
        about,
        message:
          "nobody has approved it, and Kubernetes' requests are approved by hand or by an approver of your own.",
        next: `Look at what it asks for, then: kubectl certificate approve ${object.metadata.name}`,
      },
    ];
  }
  const age = ago(creationTimestamp, now);
  // cert-manager's webhook lets nobody approve what refers to a kind that is not there.
  const unserved = explainServed(issuer);
  if (unserved !== undefined)
    return [notApproved(about, age, "its issuer's kind is not there"), unserved];
  const { account, signer, mayApprove } = approver;
  const name = `${account.namespace}/${account.name}`;
  if (mayApprove.is === "there" && !mayApprove.object) {
    return [
      notApproved(about, age, "cert-manager's approver has not got the right"),
      {
        code: "approver-not-allowed",
        level: "problem",
        about: `ServiceAccount ${name}`,
        message: `cert-manager may not approve requests for this issuer: it has no right to approve signers.cert-manager.io ${signer}.`,
        next: `Apply the rights that the issuer's manifests have for cert-manager's account, or set cert-manager's Helm value approveSignerNames to a list with ${signer} in it. Where approver-policy approves instead, name its account: --cert-manager-service-account.`,
      },
    ];
  }
  if (mayApprove.is === "unknown") {
    return [
      notApproved(about, age, "why is not known"),
      unseen(`ServiceAccount ${name}`, "whether it may approve", mayApprove.right),
    ];
  }
  if (sinceMs(creationTimestamp, now) < MOMENT_MS) {
    const message = `it waits for an approver, ${age} after it was made.`;
    return [{ code: "not-approved-yet", level: "waiting", about, message }];
  }
  return [
    {
      code: "approver-silent",
      level: "problem",
      about,
      message: `no approver has spoken, ${age} after it was made, though cert-manager (${name}) may approve ${signer}.`,
      next: "See whether cert-manager's controller runs. Where approver-policy approves instead, a CertificateRequestPolicy must let this request through, and its maker must be allowed to use it; or approve by hand: cmctl approve.",
    },
  ];
}

function notApproved(about: string, age: string, why: string): Finding {
  const message = `nobody has approved it, ${age} after it was made: ${why}.`;
  return { code: "not-approved", level: "problem", about, message };
}
