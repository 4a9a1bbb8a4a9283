import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { leases } from "@countersign/kube";
import {
  applyObjects,
  CERTIFICATE_REQUESTS,
  CERTIFICATE_SIGNING_REQUESTS,
  CERTIFICATES,
  certificate,
  certificateSigningRequest,
  decideCertificateSigningRequest,
  SECRETS,
} from "@countersign/testing";
import { type Cluster, connect, KUBECONFIG_VARIABLE } from "./cluster/connect.ts";
import { countersignAt, type Ended } from "./cluster/countersign.ts";
import { createCaIssuer, createIssuer, GROUP } from "./cluster/issuers.ts";
import { createRequest, decideRequest, newCsrPem } from "./cluster/requests.ts";
import {
  approvedAt,
  createUnserved,
  installUnserved,
  KIND,
  type UnservedGroup,
  writeLease,
  writeRequestStatus,
} from "./cluster/unserved-issuers.ts";
import { waitFor, waitForCondition } from "./cluster/wait.ts";

const namespace = "explained";
const MINUTE_MS = 60_000;
const minutesAgo = (minutes: number): Date => new Date(Date.now() - minutes * MINUTE_MS);

/** One thing that can be wrong, or not, and what is said of it. */
interface Row {
  readonly situation: string;
  readonly args: readonly string[];
  readonly code?: number;
  /** Whether it is looked at when it has just been made, however long that takes here. */
  readonly isNew?: boolean;
  readonly says: readonly RegExp[];
}

// Every situation is made on the shared control plane: what our controllers and cert-manager write of
// themselves they write here too; what a controller would have written that does not run is written by
// the test, through the API server and cert-manager's webhook.
describe("countersign explain", () => {
  let cluster: Cluster;
  const groups: Record<string, UnservedGroup> = {};
  let madeAt: Date;

  before(async () => {
    cluster = await connect();
    madeAt = new Date();
    await Promise.all([makeUnserved(), makeServed(), makeCertificates(), makeSigningRequests()]);
  });
  after(async () => {
    const { client } = cluster;
    for (const name of ["expired", "free", "held"]) {
      await client.delete(leases, { namespace, name: `${name}.example.com` });
    }
    await cluster[Symbol.asyncDispose]();
  });

  /** A request to an issuer of a group that nobody serves. */
  async function request(
    name: string,
    issuer: { group: string; name?: string; kind?: string; approved?: Date },
  ): Promise<void> {
    const { client } = cluster;
    const issuerRef = {
      group: issuer.group,
      kind: issuer.kind ?? KIND,
      name: issuer.name ?? "ready",
    };
    await createRequest(client, { namespace, name, issuerRef });
    if (issuer.approved === undefined) return;
    await writeRequestStatus(client, { namespace, name }, [approvedAt(issuer.approved)]);
  }

  async function makeUnserved(): Promise<void> {
    const { client } = cluster;
    for (const name of ["stuck", "expired", "free", "held"]) {
      const group = await installUnserved(client, `${name}.example.com`);
      groups[name] = group;
      await createUnserved(client, group, { namespace, name: "ready" });
    }
    const { stuck, held } = groups as { stuck: UnservedGroup; held: UnservedGroup };
    await createUnserved(client, stuck, { namespace, name: "unchecked", ready: null });
    const ready = { status: "True", message: "The issuer can issue." } as const;
    await createUnserved(client, held, { namespace, name: "changed", ready });
    const target = { namespace, name: "changed" };
    await client.mergePatch(held.resource, target, { spec: { round: 2 } });
    await createUnserved(client, stuck, { namespace, name: "leaving" });
    const leaving = { metadata: { finalizers: ["stuck.example.com/keep"] } };
    await client.mergePatch(stuck.resource, { namespace, name: "leaving" }, leaving);
    await client.delete(stuck.resource, { namespace, name: "leaving" });

    const renewed = { holder: "replica-1", renewTime: new Date() };
    await writeLease(client, { namespace, name: "held.example.com", ...renewed });
    const lost = { holder: "replica-1", renewTime: minutesAgo(120) };
    await writeLease(client, { namespace, name: "expired.example.com", ...lost });
    await writeLease(client, { namespace, name: "free.example.com", ...renewed, holder: "" });

    await request("not-approved", { group: "stuck.example.com" });
    await request("no-group", { group: "nowhere.example.com" });
    await request("no-kind", { group: "stuck.example.com", kind: "LastIssuer" });
    const approved = minutesAgo(5);
    await request("untouched", { group: "stuck.example.com", approved });
    await request("lease-expired", { group: "expired.example.com", approved });
    await request("lease-free", { group: "free.example.com", approved });
    await request("lease-held", { group: "held.example.com", approved });
    await request("just-approved", { group: "stuck.example.com", approved: new Date() });
    await request("unchecked", { group: "stuck.example.com", approved, name: "unchecked" });
    await request("changed", { group: "held.example.com", approved, name: "changed" });
    await request("leaving", { group: "stuck.example.com", approved, name: "leaving" });
    await request("ordered", { group: "held.example.com", approved });
    await request("failing", { group: "held.example.com", approved });
    await request("overdue", { group: "expired.example.com", approved });
    await request("failed", { group: "held.example.com", approved });
    await request("invalid", { group: "held.example.com", approved });
    await request("denied", { group: "stuck.example.com" });
    await decideRequest(client, { namespace, name: "denied" }, "Denied");

    const inAnHour = new Date(Date.now() + 60 * MINUTE_MS).toISOString();
    const attempt = {
      attempts: 3,
      firstAttemptTime: minutesAgo(4).toISOString(),
      lastAttemptTime: minutesAgo(1).toISOString(),
      nextAttemptTime: inAnHour,
      budgetSpentMs: 90_000,
    };
    const waits = (name: string, group: string, message: string, state: object) =>
      writeRequestStatus(client, { namespace, name }, [
        { type: "Ready", status: "False", reason: "Pending", message },
        {
          type: `${group}/Attempt`,
          status: "True",
          reason: "InProgress",
          message: JSON.stringify({ ...attempt, ...state }),
        },
      ]);
    const pendingSince = minutesAgo(4).toISOString();
    await waits("ordered", "held.example.com", "Waiting for the CA: ask Alice", { pendingSince });
    const fails = "Signing failed and will be tried again: the CA is on fire";
    await waits("failing", "held.example.com", fails, {});
    const nextAttemptTime = minutesAgo(3).toISOString();
    await waits("overdue", "expired.example.com", fails, { nextAttemptTime });
    await writeRequestStatus(client, { namespace, name: "failed" }, [
      {
        type: "Ready",
        status: "False",
        reason: "Failed",
        message: "Signing was refused: no such name",
      },
    ]);
    await writeRequestStatus(client, { namespace, name: "invalid" }, [
      { type: "InvalidRequest", status: "True", reason: "Bad", message: "its usages contradict" },
    ]);
  }

  /** What our own controllers serve, and cert-manager approves. */
  async function makeServed(): Promise<void> {
    const { client } = cluster;
    const issuerRef = { group: GROUP, kind: "CAIssuer", name: "nobody" };
    await createRequest(client, { namespace, name: "issuer-missing", issuerRef });
    const secretName = "not-there";
    await createIssuer(client, { kind: "CAIssuer", namespace, name: "no-secret", secretName });
    const ofNoSecret = { ...issuerRef, name: "no-secret" };
    await createRequest(client, { namespace, name: "issuer-not-ready", issuerRef: ofNoSecret });
    await createCaIssuer(client, { kind: "CAIssuer", namespace, name: "ca" });
    const ofCa = { ...issuerRef, name: "ca" };
    await createRequest(client, { namespace, name: "issued", issuerRef: ofCa });
    const wanted = { type: "Ready", status: "True" };
    const resource = CERTIFICATE_REQUESTS;
    await waitForCondition(client, { resource, namespace, name: "issued" }, wanted);
    const waits = { type: "Ready", status: "False", reason: "Pending" };
    await waitForCondition(client, { resource, namespace, name: "issuer-missing" }, waits);
    await waitForCondition(client, { resource, namespace, name: "issuer-not-ready" }, waits);
  }

  async function makeCertificates(): Promise<void> {
    const { client } = cluster;
    const ref = { group: GROUP, kind: "CAIssuer", name: "ca" };
    const make = (name: string, issuerRef: typeof ref) =>
      client.create(
        CERTIFICATES,
        certificate({ namespace, name, dnsNames: [`${name}.example.com`], issuerRef }),
      );
    await make("good", ref);
    await make("stuck", { ...ref, name: "nobody" });
    await make("lost", { group: "nowhere.example.com", kind: KIND, name: "x" });
    await make("failed", { group: "nowhere.example.com", kind: KIND, name: "x" });
    const target = (name: string) => ({ resource: CERTIFICATES, namespace, name });
    await waitForCondition(client, target("good"), { type: "Ready", status: "True" });
    await waitFor(
      client,
      { resource: CERTIFICATE_REQUESTS, namespace, name: "stuck-1" },
      () => true,
    );
    await waitFor(
      client,
      { resource: CERTIFICATE_REQUESTS, namespace, name: "failed-1" },
      () => true,
    );
    await writeRequestStatus(client, { namespace, name: "failed-1" }, [
      { type: "Ready", status: "False", reason: "Failed", message: "The CA has no such account" },
    ]);
    await waitFor(client, target("failed"), ({ status }) =>
      Boolean((status as { lastFailureTime?: string } | undefined)?.lastFailureTime),
    );
  }

  async function makeSigningRequests(): Promise<void> {
    const { client } = cluster;
    const make = async (name: string, signerName: string): Promise<void> => {
      const csrPem = await newCsrPem("explained.example.com");
      await client.create(
        CERTIFICATE_SIGNING_REQUESTS,
        certificateSigningRequest({ name: `explained-${name}`, csrPem, signerName }),
      );
    };
    await make("unapproved", `caissuers.${GROUP}/${namespace}.ca`);
    await make("lost", "things.nowhere.example.com/x");
    await make("missing", `caclusterissuers.${GROUP}/explained-nobody`);
    await decideCertificateSigningRequest(client, "explained-lost", "Approved");
    await decideCertificateSigningRequest(client, "explained-missing", "Approved");
    await waitForCondition(
      client,
      { resource: CERTIFICATE_SIGNING_REQUESTS, name: "explained-missing" },
      { type: `${GROUP}/Pending`, status: "True" },
    );
  }

  function explain(args: readonly string[], now: Date = new Date()): Promise<Ended> {
    const kubeconfig = process.env[KUBECONFIG_VARIABLE] ?? "";
    return countersignAt(() => now, ["explain", ...args, "--kubeconfig", kubeconfig]);
  }

  const cr = (name: string): string[] => ["cr", `${namespace}/${name}`];

  const ROWS: readonly Row[] = [
    {
      situation: "nobody serves the group of a request's issuer",
      args: cr("no-group"),
      says: [
        /^✖ CertificateRequest explained\/no-group: nobody has approved it, \d+m?\d*s? after it was made: its issuer's kind is not there\.$/m,
        /^✖ LostIssuer ready: nobody serves this group: the API server has no API group nowhere\.example\.com\.\n {2}→ Install the issuer's CustomResourceDefinitions and its controller/m,
      ],
    },
    {
      situation: "the group has no such kind",
      args: cr("no-kind"),
      says: [
        /^✖ LastIssuer ready: API group stuck\.example\.com has no LastIssuer: it has LostIssuer\.\n {2}→ Correct the kind/m,
      ],
    },
    {
      situation: "cert-manager has no right to approve for the issuer",
      args: cr("not-approved"),
      says: [
        /nobody has approved it, \d+m?\d*s? after it was made: cert-manager's approver has not got the right\./,
        /^✖ ServiceAccount cert-manager\/cert-manager: cert-manager may not approve requests for this issuer: it has no right to approve signers\.cert-manager\.io lostissuers\.stuck\.example\.com\/\*\.$/m,
        /→ Apply the rights that the issuer's manifests have.*approveSignerNames to a list with lostissuers\.stuck\.example\.com\/\* in it\./,
      ],
    },
    {
      situation: "an approver has denied a request",
      args: cr("denied"),
      says: [
        /^✖ CertificateRequest explained\/denied: an approver has denied it: Denied by the test\n {2}→ Change what was asked for/m,
      ],
    },
    {
      situation: "the issuer does not exist",
      args: cr("issuer-missing"),
      says: [
        /^✖ CertificateRequest explained\/issuer-missing: it is approved, and waits for its issuer\.$/m,
        /^✖ CAIssuer explained\/nobody: it does not exist\.\n {2}→ Create it, or correct issuerRef/m,
      ],
    },
    {
      situation: "the issuer is not ready",
      args: cr("issuer-not-ready"),
      says: [
        /^✖ CAIssuer explained\/no-secret: it is not ready, since [-\dT:]+Z: Secret explained\/not-there does not exist: create it\n {2}→ Do what the message says\./m,
      ],
    },
    {
      situation: "the issuer is being deleted",
      args: cr("leaving"),
      says: [
        /^✖ LostIssuer explained\/leaving: it is being deleted, since [-\dT:]+Z\.\n {2}→ Create it anew/m,
      ],
    },
    {
      situation: "a request has just been approved",
      args: cr("just-approved"),
      code: 0,
      isNew: true,
      says: [
        /^… CertificateRequest explained\/just-approved: it was approved \d+s ago, and its issuer's controller has not spoken yet\.$/m,
      ],
    },
    {
      situation: "nobody takes an approved request up, and the group has no lease",
      args: cr("untouched"),
      says: [
        /^✖ .*: it was approved \d+m\d*s? ago, its issuer is ready, and nobody has taken it up\.$/m,
        /^\? Controller of stuck\.example\.com: it cannot be told whether it runs: no Lease is named after its group, and it was last heard of \d+m?\d*s? ago, as stuck\.example\.com\.$/m,
      ],
    },
    {
      situation: "nobody takes it up, and the controller's lease has run out",
      args: cr("lease-expired"),
      says: [
        /^✖ Controller of expired\.example\.com: it does not run, or has lost its lease: Lease explained\/expired\.example\.com was last renewed 2h.* ago, by replica-1\.\n {2}→ Start the controller/m,
      ],
    },
    {
      situation: "nobody takes it up, and nobody holds the lease",
      args: cr("lease-free"),
      says: [
        /^✖ Controller of free\.example\.com: it does not run: nobody holds Lease explained\/free\.example\.com\.$/m,
      ],
    },
    {
      situation: "nobody takes it up, though the controller runs",
      args: cr("lease-held"),
      says: [
        /it does not run, does not serve this namespace, or not this kind of request\.$/m,
        /^✔ Controller of held\.example\.com: it runs: Lease explained\/held\.example\.com is held by replica-1, renewed \d+m?\d*s? ago\.$/m,
      ],
    },
    {
      situation: "the CA has had the order for a while",
      args: cr("ordered"),
      code: 0,
      says: [
        /^… .*: the CA has had the order since [-\d.T:]+Z \(\d+m\d*s?\), and has been asked 3 times; it is asked again at [-\d.T:]+Z\. It says: Waiting for the CA: ask Alice$/m,
      ],
    },
    {
      situation: "signing fails again and again",
      args: cr("failing"),
      says: [
        /^✖ .*: signing has failed 3 times since [-\d.T:]+Z, 1m30s of the retry budget are spent; the next attempt is at [-\d.T:]+Z\. It says: Signing failed and will be tried again: the CA is on fire$/m,
      ],
    },
    {
      situation: "the next attempt does not come",
      args: cr("overdue"),
      says: [
        /^✖ .*: attempt 4 was to be made at [-\d.T:]+Z, \d+m\d*s? ago, and was not\. It says: Signing failed/m,
        /^✖ Controller of expired\.example\.com: it does not run, or has lost its lease/m,
      ],
    },
    {
      situation: "a request has failed",
      args: cr("failed"),
      says: [/^✖ .*: it has failed: Signing was refused: no such name\n {2}→ See to the cause/m],
    },
    {
      situation: "a request can never be signed",
      args: cr("invalid"),
      says: [
        /^✖ .*: it can never be signed: its usages contradict\n {2}→ Correct what was asked for/m,
      ],
    },
    {
      situation: "a request is issued",
      args: cr("issued"),
      code: 0,
      says: [/^✔ CertificateRequest explained\/issued: its certificate has been issued\.\n$/],
    },
    {
      situation: "a Certificate is ready",
      args: ["certificate", "good", "-n", namespace],
      code: 0,
      says: [
        /^✔ Certificate explained\/good: it is ready: valid until [-\dT:]+Z, to be renewed at [-\dT:]+Z\.$/m,
      ],
    },
    {
      situation: "a Certificate's issuer does not exist",
      args: ["cert", "stuck", "-n", namespace],
      says: [
        /^✖ Certificate explained\/stuck: it is being issued for the first time, since [-\dT:]+Z: /m,
        /^✖ CertificateRequest explained\/stuck-1: it is approved, and waits for its issuer\.$/m,
        /^✖ CAIssuer explained\/nobody: it does not exist\.$/m,
      ],
    },
    {
      situation: "nobody serves a Certificate's issuer",
      args: ["certificate.cert-manager.io/lost", "-n", namespace],
      says: [
        /^✖ Certificate explained\/lost: it is being issued for the first time/m,
        /^✖ LostIssuer x: nobody serves this group/m,
      ],
    },
    {
      situation: "a Certificate's request has failed",
      args: ["certs", `${namespace}/failed`],
      says: [
        /^✖ Certificate explained\/failed: issuing has failed, at [-\dT:]+Z \(attempt 1\): .*The CA has no such account\n {2}→ See to the cause\. cert-manager tries again by itself at about [-\d.T:]+Z; to try at once: cmctl renew failed --namespace explained/m,
      ],
    },
    {
      situation: "nobody has approved a CertificateSigningRequest",
      args: ["csr", "explained-unapproved"],
      says: [
        /^✖ CertificateSigningRequest explained-unapproved: nobody has approved it.*\n {2}→ Look at what it asks for, then: kubectl certificate approve explained-unapproved$/m,
      ],
    },
    {
      situation: "nobody serves the signer of a CertificateSigningRequest",
      args: ["csr", "explained-lost"],
      says: [
        /^✖ things x: nobody serves this group: the API server has no API group nowhere\.example\.com\.$/m,
      ],
    },
    {
      situation: "the issuer of a CertificateSigningRequest does not exist",
      args: ["csr", "explained-missing"],
      says: [/^✖ CAClusterIssuer explained-nobody: it does not exist\.$/m],
    },
    {
      situation: "what is to be explained does not exist",
      args: cr("no-such"),
      says: [
        /^Cannot explain CertificateRequest no-such in namespace explained: it does not exist\. See what there is: kubectl get certificaterequests\.cert-manager\.io --namespace explained\n$/,
      ],
    },
    {
      situation: "the kind is none",
      args: ["secret", "x"],
      code: 2,
      says: [
        /^Cannot explain secret: it is no kind that can be explained, must be certificate, certificaterequest \(cr\) or certificatesigningrequest \(csr\)\n$/,
      ],
    },
  ];

  for (const { situation, args, code = 1, isNew = false, says } of ROWS) {
    it(`says so when ${situation}`, async () => {
      const ended = await explain(args, isNew ? madeAt : new Date());
      for (const sentence of says) assert.match(ended.out + ended.err, sentence);
      assert.equal(ended.code, code, ended.out);
    });
  }

  // What takes a moment is told apart from what does not come: these look again a minute later.
  const LATER: readonly Row[] = [
    {
      situation: "an issuer stays unchecked",
      args: cr("unchecked"),
      says: [
        /^✖ LostIssuer explained\/unchecked: it has not been checked yet, \d+m\d*s? after it was made\.\n {2}→ See to the issuer's controller, below\.$/m,
        /^\? Controller of stuck\.example\.com: .* and nothing of it has been seen\.$/m,
      ],
    },
    {
      situation: "an issuer's change stays unchecked, though its controller runs",
      args: cr("changed"),
      says: [
        /^✖ LostIssuer explained\/changed: its latest change has not been checked yet: generation 2, checked 1\.\n {2}→ Look at the controller's log/m,
      ],
    },
    {
      situation: "an approver that may approve does not",
      args: [...cr("not-approved"), "--cert-manager-service-account", `${namespace}/approver`],
      says: [
        /^✖ .*: no approver has spoken, \d+m\d*s? after it was made, though cert-manager \(explained\/approver\) may approve lostissuers\.stuck\.example\.com\/\*\.\n {2}→ See whether cert-manager's controller runs\. Where approver-policy approves instead/m,
      ],
    },
  ];

  it("says waiting first, and a problem when a moment has passed", async () => {
    await applyObjects(cluster.client, approverRights());
    const inAMinute = new Date(Date.now() + MINUTE_MS);
    for (const { situation, args, says } of LATER) {
      const first = await explain(args, madeAt);
      assert.equal(first.code, 0, `${situation}, at first: ${first.out}`);
      const later = await explain(args, inAMinute);
      for (const sentence of says) assert.match(later.out, sentence);
      assert.equal(later.code, 1, later.out);
    }
  });

  it("prints the same as JSON, with a code for each finding", async () => {
    const { code, json } = await explain([...cr("not-approved"), "-o", "json"]);
    assert.equal(code, 1);
    const { target, state, findings } = json as {
      target: object;
      state: string;
      findings: { code: string }[];
    };
    assert.deepEqual(target, { kind: "CertificateRequest", namespace, name: "not-approved" });
    assert.equal(state, "problem");
    assert.deepEqual(
      findings.map((each) => each.code),
      ["not-approved", "approver-not-allowed"],
    );
  });

  it("reads no Secret's entries", async () => {
    assert.ok(await cluster.client.get(SECRETS, { namespace, name: "good-tls" }));
    const { out } = await explain(["cert", "good", "-n", namespace, "-o", "json"]);
    assert.doesNotMatch(out, /tls\.key|PRIVATE/);
  });
});

/** The right that cert-manager's approver would have, for another account. */
function approverRights() {
  const name = "explained-approver";
  const rbac = "rbac.authorization.k8s.io";
  return [
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRole",
      metadata: { name },
      rules: [
        {
          apiGroups: ["cert-manager.io"],
          resources: ["signers"],
          verbs: ["approve"],
          resourceNames: ["lostissuers.stuck.example.com/*"],
        },
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name },
      subjects: [{ kind: "ServiceAccount", namespace, name: "approver" }],
    },
  ];
}
