import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Condition, IssuerObject } from "@countersign/issuer";
import type { Finding } from "../finding.ts";
import { explainRequest } from "./explain-request.ts";
import type { IssuerSnapshot, RequestSnapshot } from "./snapshot.ts";

const NOW = new Date("2026-03-01T12:00:00Z");
const LONG_AGO = "2026-03-01T11:50:00Z";
const JUST_NOW = "2026-03-01T11:59:55Z";
const GROUP = "acme.example.com";

function issuerObject(
  ready: Partial<Condition> | null,
  metadata: Partial<IssuerObject["metadata"]> = {},
): IssuerSnapshot["issuer"] {
  const condition = { type: "Ready", status: "True", message: "It can.", ...ready } as Condition;
  return {
    is: "there",
    object: {
      apiVersion: `${GROUP}/v1`,
      kind: "AcmeIssuer",
      metadata: { name: "acme", generation: 2, creationTimestamp: LONG_AGO, ...metadata },
      ...(ready === null ? {} : { status: { conditions: [condition] } }),
    },
  };
}

const served: IssuerSnapshot["served"] = {
  is: "served",
  kind: {
    group: GROUP,
    version: "v1",
    kind: "AcmeIssuer",
    plural: "acmeissuers",
    namespaced: true,
  },
};

const lease = (holderIdentity: string, renewTime: string): IssuerSnapshot["leases"] => ({
  is: "there",
  object: [
    {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { namespace: "acme", name: GROUP },
      spec: { holderIdentity, renewTime, leaseDurationSeconds: 15 },
    },
  ],
});

/** The leases of replicas that divide the work: the group's own is held by all of them, for ever. */
function sharded(
  ...others: readonly [name: string, holderIdentity: string, renewTime: string][]
): IssuerSnapshot["leases"] {
  const all = [[GROUP, "sharded", JUST_NOW] as const, ...others];
  return {
    is: "there",
    object: all.map(([name, holderIdentity, renewTime]) => ({
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { namespace: "acme", name },
      spec: { holderIdentity, renewTime, leaseDurationSeconds: 15 },
    })),
  };
}

interface Row {
  readonly name: string;
  readonly kind?: RequestSnapshot["kind"];
  readonly phase?: RequestSnapshot["phase"];
  readonly created?: string;
  readonly approvedAt?: string;
  readonly conditions?: readonly Condition[];
  readonly mayApprove?: NonNullable<RequestSnapshot["approver"]>["mayApprove"];
  readonly issuer?: Partial<IssuerSnapshot>;
  /** Codes and levels of what is found, in its order. */
  readonly finds: readonly `${Finding["level"]} ${string}`[];
}

const attempt = (state: object): Condition => ({
  type: `${GROUP}/Attempt`,
  status: "True",
  message: JSON.stringify({
    attempts: 1,
    firstAttemptTime: LONG_AGO,
    lastAttemptTime: JUST_NOW,
    nextAttemptTime: "2026-03-01T12:01:00Z",
    budgetSpentMs: 0,
    ...state,
  }),
});

const pending = (type: string): Condition => ({ type, status: "False", message: "Waiting." });

const ROWS: readonly Row[] = [
  { name: "issued", phase: "issued", finds: ["ok request-issued"] },
  { name: "failed", phase: "failed", finds: ["problem request-failed"] },
  { name: "denied", phase: "denied", finds: ["problem request-denied"] },
  { name: "denied and marked", phase: "markedDenied", finds: ["problem request-denied"] },
  { name: "invalid", phase: "invalid", finds: ["problem request-invalid"] },
  { name: "being deleted", phase: "deleting", finds: ["problem request-deleting"] },
  {
    name: "made a moment ago",
    phase: "unapproved",
    created: JUST_NOW,
    finds: ["waiting not-approved-yet"],
  },
  { name: "approved by nobody", phase: "unapproved", finds: ["problem approver-silent"] },
  {
    name: "not to be approved by cert-manager",
    phase: "unapproved",
    mayApprove: { is: "there", object: false },
    finds: ["problem not-approved", "problem approver-not-allowed"],
  },
  {
    name: "of which we may not ask whether cert-manager may approve it",
    phase: "unapproved",
    mayApprove: { is: "unknown", right: "create subjectaccessreviews" },
    finds: ["problem not-approved", "unknown not-allowed"],
  },
  {
    name: "not to be approved, for its group is not there",
    phase: "unapproved",
    issuer: { served: { is: "noGroup" } },
    finds: ["problem not-approved", "problem group-not-served"],
  },
  {
    name: "Kubernetes' own, and not approved",
    kind: "CertificateSigningRequest",
    phase: "unapproved",
    finds: ["problem not-approved-by-hand"],
  },
  {
    name: "approved, for a kind that is not there",
    issuer: { served: { is: "noKind", kinds: ["Other"] } },
    finds: ["problem waits-for-issuer", "problem kind-not-served"],
  },
  {
    name: "approved, for an issuer that does not exist",
    issuer: { issuer: { is: "absent" } },
    finds: ["problem waits-for-issuer", "problem issuer-missing"],
  },
  {
    name: "approved, for an issuer that may not be read",
    issuer: { issuer: { is: "unknown", right: "get acmeissuers" } },
    finds: ["unknown waits-for-issuer", "unknown not-allowed"],
  },
  {
    name: "approved, for an issuer that is being deleted",
    issuer: { issuer: issuerObject({}, { deletionTimestamp: LONG_AGO }) },
    finds: ["problem waits-for-issuer", "problem issuer-deleting"],
  },
  {
    name: "approved, for an issuer that has just been made",
    issuer: { issuer: issuerObject(null, { creationTimestamp: JUST_NOW }) },
    finds: ["waiting waits-for-issuer", "waiting issuer-not-checked"],
  },
  {
    name: "approved, for an issuer that stays unchecked, whose controller's leases may not be read",
    issuer: { issuer: issuerObject(null), leases: { is: "unknown", right: "list leases" } },
    finds: ["problem waits-for-issuer", "problem issuer-not-checked", "unknown not-allowed"],
  },
  {
    name: "approved, for an issuer that has just been changed",
    issuer: {
      issuer: issuerObject(
        { observedGeneration: 1 },
        { managedFields: [{ manager: "kubectl", time: JUST_NOW }] },
      ),
    },
    finds: ["waiting waits-for-issuer", "waiting issuer-change-not-checked"],
  },
  {
    name: "approved, for an issuer whose change stays unchecked",
    issuer: {
      issuer: issuerObject(
        { observedGeneration: 1 },
        {
          managedFields: [
            { manager: "kubectl", time: LONG_AGO },
            { manager: GROUP, time: JUST_NOW, subresource: "status" },
          ],
        },
      ),
    },
    finds: [
      "problem waits-for-issuer",
      "problem issuer-change-not-checked",
      "unknown controller-unknown",
    ],
  },
  {
    name: "approved, for an issuer that is not ready",
    issuer: { issuer: issuerObject({ status: "False" }) },
    finds: ["problem waits-for-issuer", "problem issuer-not-ready"],
  },
  {
    name: "approved, for an issuer that is not ready, and that nobody checks again",
    issuer: { issuer: issuerObject({ status: "False" }), leases: lease("", JUST_NOW) },
    finds: ["problem waits-for-issuer", "problem issuer-not-ready", "problem lease-free"],
  },
  {
    name: "approved a moment ago, for a Go issuer that tells no generation",
    approvedAt: JUST_NOW,
    issuer: { issuer: issuerObject({}) },
    finds: ["waiting just-approved", "ok issuer-ready"],
  },
  {
    name: "taken up by nobody, while a replica leads",
    issuer: { leases: lease("a", JUST_NOW) },
    finds: ["problem nobody-serves", "ok issuer-ready", "ok controller-leads"],
  },
  {
    name: "taken up by nobody, and the lease has run out",
    issuer: { leases: lease("a", LONG_AGO) },
    finds: ["problem nobody-serves", "ok issuer-ready", "problem lease-expired"],
  },
  {
    name: "taken up by nobody, and nobody holds the lease",
    issuer: { leases: lease("", JUST_NOW) },
    finds: ["problem nobody-serves", "ok issuer-ready", "problem lease-free"],
  },
  {
    name: "taken up by nobody, while a replica that divides the work lives",
    issuer: { leases: sharded([`${GROUP}.member-1`, "a", JUST_NOW]) },
    finds: ["problem nobody-serves", "ok issuer-ready", "ok controller-leads"],
  },
  {
    name: "taken up by nobody, and no replica lives that divides the work",
    issuer: {
      leases: sharded([`${GROUP}.member-1`, "a", LONG_AGO], [`${GROUP}.slot-01`, "a", JUST_NOW]),
    },
    finds: ["problem nobody-serves", "ok issuer-ready", "problem lease-expired"],
  },
  {
    name: "taken up by nobody, and there is no replica that divides the work",
    issuer: { leases: sharded() },
    finds: ["problem nobody-serves", "ok issuer-ready", "problem lease-free"],
  },
  {
    name: "pending, as a Go issuer says",
    conditions: [pending("Ready")],
    finds: ["waiting controller-says", "ok issuer-ready"],
  },
  {
    name: "pending, as somebody says who has lost its lease since",
    conditions: [pending("Ready")],
    issuer: { leases: lease("a", LONG_AGO) },
    finds: ["problem controller-says", "ok issuer-ready", "problem lease-expired"],
  },
  {
    name: "Kubernetes' own, and pending as ours say",
    kind: "CertificateSigningRequest",
    conditions: [pending(`${GROUP}/Pending`)],
    finds: ["waiting controller-says", "ok issuer-ready"],
  },
  {
    name: "ordered at the CA",
    conditions: [pending("Ready"), attempt({ pendingSince: LONG_AGO })],
    finds: ["waiting ca-has-order", "ok issuer-ready"],
  },
  {
    name: "failing",
    conditions: [pending("Ready"), attempt({})],
    finds: ["problem signing-fails", "ok issuer-ready"],
  },
  {
    name: "overdue, with an order at the CA",
    conditions: [
      pending("Ready"),
      attempt({ pendingSince: LONG_AGO, nextAttemptTime: "2026-03-01T11:58:00Z" }),
    ],
    issuer: { leases: lease("a", LONG_AGO) },
    finds: ["problem attempt-overdue", "ok issuer-ready", "problem lease-expired"],
  },
];

describe("explainRequest()", () => {
  for (const row of ROWS) {
    const { name, kind = "CertificateRequest", phase = "open", conditions = [], finds } = row;
    it(`explains a request that is ${name}`, () => {
      const findings = explainRequest(
        {
          kind,
          phase,
          conditions,
          object: {
            apiVersion: "cert-manager.io/v1",
            kind,
            metadata: { name: "web-1", creationTimestamp: row.created ?? LONG_AGO },
          },
          approvedAt: row.approvedAt ?? LONG_AGO,
          ...(kind === "CertificateSigningRequest"
            ? {}
            : {
                approver: {
                  account: { namespace: "cert-manager", name: "cert-manager" },
                  signer: `acmeissuers.${GROUP}/*`,
                  mayApprove: row.mayApprove ?? { is: "there" as const, object: true },
                },
              }),
          issuer: {
            reference: { group: GROUP, kind: "AcmeIssuer", name: "acme" },
            served,
            issuer: issuerObject({ observedGeneration: 2 }),
            leases: { is: "absent" },
            ...row.issuer,
          },
        },
        NOW,
      );
      assert.deepEqual(
        findings.map(({ level, code }) => `${level} ${code}`),
        finds,
      );
      for (const { message, next } of findings) {
        assert.match(message, /[.!?]$|: .+/s, message);
        if (next !== undefined) assert.match(next, /^[A-Zc].*/s, next);
      }
    });
  }

  it("leaves Kubernetes' own signers to kube-controller-manager", () => {
    const reference = { group: "kubernetes.io", kind: "kubelet-serving", name: "" };
    const [finding] = explainRequest(
      {
        kind: "CertificateSigningRequest",
        phase: "open",
        conditions: [],
        object: { apiVersion: "", kind: "", metadata: { name: "node" } },
        issuer: {
          reference,
          served: { is: "noGroup" },
          issuer: { is: "absent" },
          leases: { is: "absent" },
        },
      },
      NOW,
    );
    assert.equal(finding?.code, "kubernetes-signer");
  });
});
