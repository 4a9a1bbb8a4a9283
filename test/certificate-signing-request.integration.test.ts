import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import type { Manifest } from "@countersign/issuer";
import { type Client, createClient, createTransport, loadKubeconfig } from "@countersign/kube";
import {
  applyObjects,
  CERTIFICATE_SIGNING_REQUESTS,
  type CertificateSigningRequest,
  type CertificateSigningRequestOptions,
  certificateSigningRequest,
  createServiceAccountKubeconfig,
  decideCertificateSigningRequest,
} from "@countersign/testing";
import { type Certificate, parseCertificates } from "@countersign/x509";
import { serveIssuers } from "../tools/serve-issuers.ts";
import { createCaIssuer, GROUP } from "./cluster/issuers.ts";
import {
  type PrivateControlPlane,
  startPrivateControlPlane,
} from "./cluster/private-control-plane.ts";
import { newCsrPem, writersOf } from "./cluster/requests.ts";
import { conditionOf, waitFor, waitForCondition } from "./cluster/wait.ts";

const namespace = "default";
const CLUSTER_SIGNER = `caclusterissuers.${GROUP}/shared`;
const NAMESPACED_SIGNER = `caissuers.${GROUP}/${namespace}.team`;
const HOUR_MS = 3_600_000;
const LOOK_MS = 3_000;

// A control plane of its own, because requesters with rights of their own take part.
describe("a Kubernetes CertificateSigningRequest", () => {
  let plane: PrivateControlPlane;
  let client: Client;
  let requester: Client;
  let closeRequester: () => Promise<void>;

  before(async () => {
    plane = await startPrivateControlPlane();
    const { controlPlane } = plane;
    client = controlPlane.client;
    await serveIssuers(controlPlane, { secretNamespaces: [namespace] });
    await createCaIssuer(client, { kind: "CAClusterIssuer", namespace, name: "shared" });
    await createCaIssuer(client, { kind: "CAIssuer", namespace, name: "team" });
    const account = { namespace: "people", name: "alice" };
    const { kubeconfigPath } = await createServiceAccountKubeconfig(controlPlane, account);
    await applyObjects(client, requesterRights(account));
    const transport = createTransport(await loadKubeconfig({ path: kubeconfigPath }));
    requester = createClient(transport);
    closeRequester = () => transport.close();
  });
  after(async () => {
    await closeRequester();
    await plane.controlPlane.stop();
  });

  /** Creates a request as its requester, and approves it as an administrator. */
  async function request(
    options: Omit<CertificateSigningRequestOptions, "csrPem">,
    decision: "Approved" | "Denied" | "none" = "Approved",
  ): Promise<{ resource: typeof CERTIFICATE_SIGNING_REQUESTS; name: string }> {
    const csrPem = await newCsrPem(`${options.name}.example.com`);
    const draft = certificateSigningRequest({ ...options, csrPem });
    await requester.create(CERTIFICATE_SIGNING_REQUESTS, draft);
    if (decision !== "none") await decideCertificateSigningRequest(client, options.name, decision);
    return { resource: CERTIFICATE_SIGNING_REQUESTS, name: options.name };
  }

  async function issued(
    options: Omit<CertificateSigningRequestOptions, "csrPem">,
  ): Promise<Certificate> {
    const target = await request(options);
    const live = await waitFor(client, target, ({ status }) => Boolean(status?.certificate));
    const [leaf] = parseCertificates(pemOf(live));
    assert.ok(leaf);
    return leaf;
  }

  it("of a cluster issuer gets the certificate, and no condition of ours", async () => {
    const leaf = await issued({
      name: "cluster",
      signerName: CLUSTER_SIGNER,
      expirationSeconds: 7_200,
      usages: ["digital signature", "server auth"],
    });
    assert.equal(leaf.issuer, "CN=shared");
    assert.equal(leaf.notAfter.getTime() - leaf.notBefore.getTime(), 2 * HOUR_MS);
    assert.deepEqual(leaf.extendedKeyUsage, ["server auth"]);
    const live = await client.get(CERTIFICATE_SIGNING_REQUESTS, { name: "cluster" });
    assert.deepEqual(
      live.status?.conditions?.map((each) => each.type),
      ["Approved"],
    );
    const ours = (live.metadata.managedFields as { manager: string; fieldsV1: object }[]).filter(
      (each) => each.manager === GROUP,
    );
    assert.equal(ours.length, 1);
    assert.doesNotMatch(JSON.stringify(ours), /Approved|Denied/);
  });

  it("lasts as long as cert-manager's annotation says, and is a CA's where it says so", async () => {
    const leaf = await issued({
      name: "annotated",
      signerName: CLUSTER_SIGNER,
      usages: ["cert sign", "crl sign"],
      annotations: {
        "experimental.cert-manager.io/request-duration": "3h",
        "experimental.cert-manager.io/request-is-ca": "true",
      },
    });
    assert.equal(leaf.notAfter.getTime() - leaf.notBefore.getTime(), 3 * HOUR_MS);
    assert.equal(leaf.basicConstraints?.isCA, true);
  });

  it("fails with cert-manager's reason for a duration that is too short", async () => {
    const target = await request({
      name: "short",
      signerName: CLUSTER_SIGNER,
      annotations: { "experimental.cert-manager.io/request-duration": "1m" },
    });
    const failed = await waitForCondition(client, target, { type: "Failed", status: "True" });
    assert.equal(conditionOf(failed, "Failed")?.reason, "InvalidDuration");
    assert.match(conditionOf(failed, "Failed")?.message ?? "", /is 1m, must be 10m or more$/);
  });

  it("waits for its issuer and says so, until its end", async () => {
    const name = "early";
    const target = await request({ name, signerName: `caclusterissuers.${GROUP}/late` });
    const pending = { type: `${GROUP}/Pending`, status: "True" };
    const waiting = await waitForCondition(client, target, pending);
    assert.match(
      conditionOf(waiting, `${GROUP}/Pending`)?.message ?? "",
      /^Waiting for CAClusterIssuer late: it does not exist/,
    );
    await createCaIssuer(client, { kind: "CAClusterIssuer", namespace, name: "late" });
    const live = await waitFor(client, target, ({ status }) => Boolean(status?.certificate));
    assert.equal(conditionOf(live, `${GROUP}/Pending`)?.status, "False");
  });

  it("is not touched before it is approved, nor after it is denied", async () => {
    const open = await request({ name: "unapproved", signerName: CLUSTER_SIGNER }, "none");
    const denied = await request({ name: "denied", signerName: CLUSTER_SIGNER }, "Denied");
    await setTimeout(LOOK_MS);
    for (const { resource, name } of [open, denied]) {
      const live = await client.get(resource, { name });
      assert.equal(writersOf(live).includes(GROUP), false, name);
      assert.equal(live.status?.certificate, undefined);
    }
  });

  it("of a namespaced issuer fails for whoever may not refer to it", async () => {
    const target = await request({ name: "stranger", signerName: NAMESPACED_SIGNER });
    const failed = await waitForCondition(client, target, { type: "Failed", status: "True" });
    assert.equal(conditionOf(failed, "Failed")?.reason, "DeniedReference");
    assert.match(
      conditionOf(failed, "Failed")?.message ?? "",
      /may not use CAIssuer default\/team: it takes the verb reference on signers\.cert-manager\.io in namespace default, for the name team or \*\.$/,
    );
  });

  it("of a namespaced issuer is issued to whoever may refer to it", async () => {
    await applyObjects(client, referenceRight({ namespace: "people", name: "alice" }));
    const leaf = await issued({ name: "colleague", signerName: NAMESPACED_SIGNER });
    assert.equal(leaf.issuer, "CN=team");
  });
});

function pemOf(request: CertificateSigningRequest): string {
  return Buffer.from(request.status?.certificate ?? "", "base64").toString("utf8");
}

const RBAC = "rbac.authorization.k8s.io";

function requesterRights(account: { namespace: string; name: string }): Manifest[] {
  const name = "requester";
  const rules = [
    {
      apiGroups: ["certificates.k8s.io"],
      resources: ["certificatesigningrequests"],
      verbs: ["create"],
    },
  ];
  return [
    { apiVersion: `${RBAC}/v1`, kind: "ClusterRole", metadata: { name }, rules },
    {
      apiVersion: `${RBAC}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { apiGroup: RBAC, kind: "ClusterRole", name },
      subjects: [{ kind: "ServiceAccount", ...account }],
    },
  ];
}

function referenceRight(account: { namespace: string; name: string }): Manifest[] {
  const metadata = { namespace, name: "reference-team" };
  const rules = [
    {
      apiGroups: ["cert-manager.io"],
      resources: ["signers"],
      verbs: ["reference"],
      resourceNames: ["team"],
    },
  ];
  return [
    { apiVersion: `${RBAC}/v1`, kind: "Role", metadata, rules },
    {
      apiVersion: `${RBAC}/v1`,
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: RBAC, kind: "Role", name: metadata.name },
      subjects: [{ kind: "ServiceAccount", ...account }],
    },
  ];
}
