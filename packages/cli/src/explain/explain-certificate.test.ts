import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Condition } from "@countersign/issuer";
import { textOfFinding } from "../finding.ts";
import { explainCertificate } from "./explain-certificate.ts";
import type { CertificateSnapshot, IssuerSnapshot, RequestSnapshot } from "./snapshot.ts";

const NOW = new Date("2026-03-01T12:00:00Z");
const LONG_AGO = "2026-03-01T11:50:00Z";
const JUST_NOW = "2026-03-01T11:59:55Z";

const issuer: IssuerSnapshot = {
  reference: { group: "acme.example.com", kind: "AcmeIssuer", namespace: "default", name: "acme" },
  served: {
    is: "served",
    kind: {
      group: "acme.example.com",
      version: "v1",
      kind: "AcmeIssuer",
      plural: "acmeissuers",
      namespaced: true,
    },
  },
  issuer: {
    is: "there",
    object: {
      apiVersion: "acme.example.com/v1",
      kind: "AcmeIssuer",
      metadata: { namespace: "default", name: "acme", generation: 1 },
      status: { conditions: [{ type: "Ready", status: "True", message: "It can." }] },
    },
  },
  leases: { is: "absent" },
};

function request(phase: RequestSnapshot["phase"], conditions: Condition[] = []): RequestSnapshot {
  return {
    kind: "CertificateRequest",
    object: {
      apiVersion: "cert-manager.io/v1",
      kind: "CertificateRequest",
      metadata: { namespace: "default", name: "web-1", creationTimestamp: LONG_AGO },
    },
    phase,
    conditions,
    approver: {
      account: { namespace: "cert-manager", name: "cert-manager" },
      signer: "acmeissuers.acme.example.com/*",
      mayApprove: { is: "there", object: true },
    },
    issuer,
  };
}

interface Case {
  readonly name: string;
  readonly created?: string;
  readonly deleted?: string;
  readonly duration?: string;
  readonly status?: CertificateSnapshot["certificate"]["status"];
  readonly request?: RequestSnapshot;
  readonly snapshot?: Partial<CertificateSnapshot>;
  readonly says: string;
}

const issuing = (since: string): Condition => ({
  type: "Issuing",
  status: "True",
  message: "Secret does not exist",
  lastTransitionTime: since,
});

const ready: Condition = { type: "Ready", status: "True", lastTransitionTime: LONG_AGO };

const VALID = {
  conditions: [ready],
  notBefore: "2026-03-01T00:00:00Z",
  notAfter: "2026-03-02T00:00:00Z",
  renewalTime: "2026-03-01T16:00:00Z",
};

const ROWS: readonly Case[] = [
  {
    name: "being deleted",
    deleted: LONG_AGO,
    says: `✖ Certificate default/web: it is being deleted, since ${LONG_AGO}, and is not issued any more.`,
  },
  {
    name: "new",
    created: JUST_NOW,
    says: "… Certificate default/web: cert-manager has not begun to issue it yet, 5s after it was made.",
  },
  {
    name: "left alone by cert-manager",
    says: `✖ Certificate default/web: cert-manager does not take it up, 10m after it was made: it has no condition at all.
  → See whether cert-manager's controller runs and serves this namespace: kubectl get pods --namespace cert-manager.`,
  },
  {
    name: "just begun, without a request",
    status: { conditions: [issuing(JUST_NOW)] },
    says: `… Certificate default/web: it is being issued for the first time, since ${JUST_NOW}: Secret does not exist`,
  },
  {
    name: "begun long ago, without a request",
    status: { conditions: [issuing(LONG_AGO)], revision: 2 },
    says: `… Certificate default/web: it is being issued anew (revision 3), since ${LONG_AGO}: Secret does not exist
✖ Certificate default/web: cert-manager has made no CertificateRequest for it, 10m after it began.
  → See to cert-manager's controller: its log, and the events of this Certificate, say what keeps it.`,
  },
  {
    name: "whose requests may not be read",
    status: { conditions: [issuing(LONG_AGO)] },
    snapshot: { request: { is: "unknown", right: "list certificaterequests" } },
    says: `… Certificate default/web: it is being issued for the first time, since ${LONG_AGO}: Secret does not exist
? Certificate default/web: its requests could not be looked at: you may not list certificaterequests.
  → Run this as somebody who may, or have that right granted.`,
  },
  {
    name: "whose request has just been issued",
    status: { conditions: [issuing(LONG_AGO)] },
    request: request("issued", [{ ...ready, lastTransitionTime: JUST_NOW }]),
    says: `… Certificate default/web: it is being issued for the first time, since ${LONG_AGO}: Secret does not exist
✔ CertificateRequest default/web-1: its certificate has been issued.`,
  },
  {
    name: "whose request was issued long ago, and whose Secret is not written",
    status: { conditions: [issuing(LONG_AGO)] },
    request: request("issued", [ready]),
    says: `✖ Certificate default/web: it is being issued for the first time, since ${LONG_AGO}: Secret does not exist
✔ CertificateRequest default/web-1: its certificate has been issued.
✖ Certificate default/web: its request was issued 10m ago, and Secret default/web-tls has not been written.
  → See to cert-manager's controller, which writes it: its log says what keeps it from doing so.`,
  },
  {
    name: "failed for the third time, with cert-manager's backoff (C27)",
    status: {
      conditions: [{ type: "Issuing", status: "False", reason: "Failed", message: "No." }],
      lastFailureTime: LONG_AGO,
      failedIssuanceAttempts: 3,
    },
    says: `✖ Certificate default/web: issuing has failed, at ${LONG_AGO} (attempt 3): No.
  → See to the cause. cert-manager tries again by itself at about 2026-03-01T15:50:00.000Z; to try at once: cmctl renew web --namespace default, or change the Certificate.`,
  },
  {
    name: "failed often: the backoff is 32 h at most",
    status: {
      conditions: [{ type: "Issuing", status: "False", reason: "Failed" }],
      lastFailureTime: LONG_AGO,
      failedIssuanceAttempts: 30,
    },
    says: `✖ Certificate default/web: issuing has failed, at ${LONG_AGO} (attempt 30): Failed
  → See to the cause. cert-manager tries again by itself at about 2026-03-02T19:50:00.000Z; to try at once: cmctl renew web --namespace default, or change the Certificate.`,
  },
  {
    name: "ready",
    status: VALID,
    says: "✔ Certificate default/web: it is ready: valid until 2026-03-02T00:00:00Z, to be renewed at 2026-03-01T16:00:00Z.",
  },
  {
    name: "ready, for a shorter time than was asked for",
    status: VALID,
    duration: "2160h",
    says: `✔ Certificate default/web: it is ready: valid until 2026-03-02T00:00:00Z, to be renewed at 2026-03-01T16:00:00Z.
! Certificate default/web: it lasts 24h, 2160h was asked for.
  → Ask for what the CA grants, so that it is renewed when you expect it; or have the CA grant more.`,
  },
  {
    name: "ready, without its Secret",
    status: VALID,
    snapshot: { secret: { is: "absent" } },
    says: `✖ Certificate default/web: it counts as ready, and Secret default/web-tls does not exist.
  → cert-manager issues it anew by itself: if it does not within a minute, see whether its controller runs.`,
  },
  {
    name: "not renewed in time",
    status: { ...VALID, renewalTime: "2026-03-01T11:00:00Z" },
    says: `✖ Certificate default/web: it was to be renewed at 2026-03-01T11:00:00Z, 1h ago, and is valid until 2026-03-02T00:00:00Z.
  → See whether cert-manager's controller runs: it begins renewals.`,
  },
];

describe("explainCertificate()", () => {
  for (const {
    name,
    created = LONG_AGO,
    deleted,
    duration,
    status,
    request,
    snapshot,
    says,
  } of ROWS) {
    it(`explains a Certificate that is ${name}`, () => {
      const metadata = {
        namespace: "default",
        name: "web",
        creationTimestamp: created,
        ...(deleted === undefined ? {} : { deletionTimestamp: deleted }),
      };
      const spec = {
        secretName: "web-tls",
        issuerRef: { name: "acme" },
        ...(duration === undefined ? {} : { duration }),
      };
      const findings = explainCertificate(
        {
          certificate: {
            apiVersion: "cert-manager.io/v1",
            kind: "Certificate",
            metadata,
            spec,
            ...(status === undefined ? {} : { status }),
          },
          request: request === undefined ? { is: "absent" } : { is: "there", object: request },
          issuer,
          secret: { is: "there", object: { apiVersion: "v1", kind: "Secret", metadata } },
          ...snapshot,
        },
        NOW,
      );
      assert.equal(findings.map(textOfFinding).join("\n"), says);
    });
  }
});
