import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { manifestsOf } from "@countersign/issuer";
import { type Client, defineResource, type KubeObject, loadKubeconfig } from "@countersign/kube";
import {
  applyObjects,
  type CertManager,
  type ControlPlane,
  createServiceAccountKubeconfig,
  installCertManager,
  installCertManagerCrds,
  namespace,
  SECRETS,
  startControlPlane,
} from "@countersign/testing";
import { stringify } from "yaml";
import { issuers, NAME } from "../issuers/index.ts";
import { ROOT } from "../tools/command.ts";
import { ISSUERS_NAMESPACE, serveIssuers } from "../tools/serve-issuers.ts";
import { countersign, type Ended } from "./cluster/countersign.ts";
import { startGate } from "./cluster/http-gate.ts";
import { CA_KINDS, createCaIssuer, createIssuer, GROUP } from "./cluster/issuers.ts";
import { writeLease } from "./cluster/unserved-issuers.ts";
import { waitForCondition } from "./cluster/wait.ts";

const TEAM = "default";

interface ClusterRole extends KubeObject {
  readonly rules: readonly { resources: string[]; verbs: string[]; apiGroups: string[] }[];
}

interface ValidatingWebhooks extends KubeObject {
  readonly webhooks: readonly { clientConfig: { caBundle?: string } }[];
}

const CLUSTER_ROLES = defineResource<ClusterRole>({
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "ClusterRole",
  plural: "clusterroles",
  namespaced: false,
});

const WEBHOOKS = defineResource<ValidatingWebhooks>({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "ValidatingWebhookConfiguration",
  plural: "validatingwebhookconfigurations",
  namespaced: false,
});

const WEBHOOK = { name: "cert-manager-webhook" };

/** What is said where the clock, cert-manager, its webhook, the rights and the issuers are as they should be. */
const WELL: readonly RegExp[] = [
  /^✔ API server: https:\/\/127\.0\.0\.1:\d+ answers, and is v1\.\d+\.\d+\.$/m,
  /^✔ Clock: this machine's clock and the API server's agree\.$/m,
  /^✔ cert-manager's CustomResourceDefinitions: Certificate, CertificateRequest, Issuer, ClusterIssuer are served as v1\.$/m,
  /^✔ cert-manager's webhook: it is configured, by ValidatingWebhookConfiguration cert-manager-webhook\.$/m,
  /^✔ cert-manager's webhook, asked by a dry run: a CertificateRequest is admitted\.$/m,
  /^✔ issuers\.countersign\.dev: it has CAClusterIssuer v1alpha1, CAIssuer v1alpha1\.$/m,
  /^✔ ServiceAccount cert-manager\/cert-manager: cert-manager may approve caissuers\.issuers\.countersign\.dev\/\*\.$/m,
  /^✔ Controller of issuers\.countersign\.dev: it runs: Lease countersign\/issuers\.countersign\.dev is held by replica-1, renewed \d+m?\d*s? ago\.$/m,
  /^✔ ServiceAccount countersign\/countersign-issuers: it has the 24 rights that its controller needs\.$/m,
  /^✔ CAIssuer: its only issuer is ready\.$/m,
  /^✔ Requests of issuers\.countersign\.dev: none waits for longer than 5 minutes\.$/m,
];

// A control plane of its own, which is broken and mended again: by turns it has no cert-manager, an old
// one, and one whose parts fail.
describe("countersign doctor", () => {
  let plane: ControlPlane;
  let client: Client;
  let certManager: CertManager;

  before(async () => {
    plane = await startControlPlane();
    client = plane.client;
    await applyObjects(client, [namespace(TEAM)]);
  });
  after(() => plane.stop());

  const doctor = (...args: string[]): Promise<Ended> =>
    countersign("doctor", ...args, "--kubeconfig", plane.kubeconfigPath);

  function assertSays({ out, err, code }: Ended, says: readonly RegExp[], wanted = 1): void {
    for (const sentence of says) assert.match(out + err, sentence);
    assert.equal(code, wanted, out + err);
  }

  it("says so when cert-manager is not installed, and explain does", async () => {
    assertSays(await doctor(), [
      /^✖ cert-manager: it is not installed: the API server has no API group cert-manager\.io\.\n {2}→ Install cert-manager 1\.16 or newer/m,
      /^! Issuers: no API group has a kind whose name ends in Issuer, but for cert-manager's own\.$/m,
      /^1 problem, 1 warning, /m,
    ]);
    const kubeconfig = ["--kubeconfig", plane.kubeconfigPath];
    assertSays(await countersign("explain", "cert", "web", ...kubeconfig), [
      /^Cannot explain Certificate default\/web: this cluster has no cert-manager\. Install it, or choose another cluster with --context\n$/,
    ]);
  });

  it("says so when cert-manager is too old, and its webhook is missing", async () => {
    await installCertManagerCrds(plane, { version: "1.2.0" });
    assertSays(await doctor(), [
      /^✖ cert-manager's version: it is older than 1\.3, which has no approval: nothing is issued here\.\n {2}→ Upgrade/m,
      /^! cert-manager's webhook: no ValidatingWebhookConfiguration is for cert-manager\.io/m,
    ]);
  });

  it("says so when nobody serves an issuer's group", async () => {
    certManager = await installCertManager(plane);
    assertSays(await doctor("--group", "acme.example.com"), [
      /^✖ acme\.example\.com: nobody serves this group: the API server has no kind of it whose name ends in Issuer\.\n {2}→ Install/m,
    ]);
    const definition = ["--definition", join(ROOT, "examples/minimal/issuer.ts")];
    assertSays(await doctor(...definition), [/^✖ acme\.example\.com: nobody serves this group/m]);
  });

  it("says so when cert-manager may not approve, and no issuer's controller has been seen", async () => {
    await serveIssuers(plane, { secretNamespaces: [], isApproverAllowed: false });
    assertSays(await doctor(), [
      /^✖ ServiceAccount cert-manager\/cert-manager: cert-manager may not approve requests for caissuers\.issuers\.countersign\.dev\/\*: they stay unapproved\.\n {2}→ Apply the rights/m,
      /^\? Controller of issuers\.countersign\.dev: it cannot be told whether it runs: no Lease is named after its group, and nothing of it has been seen\.$/m,
      /^✔ CAIssuer: there is none\.$/m,
    ]);
  });

  it("says so when what an issuer refers to may not be read, or does not exist", async () => {
    await createCaIssuer(client, { kind: "CAIssuer", namespace: TEAM, name: "ca" });
    const secretName = "not-there";
    await createIssuer(client, {
      kind: "CAClusterIssuer",
      namespace: TEAM,
      name: "shared",
      secretName,
    });
    const { resource } = CA_KINDS.CAIssuer;
    const unready = { type: "Ready", status: "False" };
    await waitForCondition(client, { resource, namespace: TEAM, name: "ca" }, unready);
    assertSays(await doctor(), [
      /^✖ CAIssuer default\/ca: it is not ready: Secret default\/ca may not be read: allow get, list and watch of secrets/m,
      /^✖ Secret default\/ca: the controller may not read it, and CAIssuer default\/ca refers to it\.\n {2}→ Print the issuer's manifests with --secret-namespaces default, or --secret-names default\/ca, and apply them\.$/m,
      /^✖ Secret countersign\/not-there: it does not exist, and CAClusterIssuer shared refers to it\.\n {2}→ Create it there/m,
    ]);
  });

  it("has nothing to say where all is well", async () => {
    await client.delete(CA_KINDS.CAClusterIssuer.resource, { name: "shared" });
    await applyObjects(client, allRights());
    const renewed = { holder: "replica-1", renewTime: new Date() };
    await writeLease(client, { namespace: ISSUERS_NAMESPACE, name: GROUP, ...renewed });
    // The controller is told of its new right by the Secret's change.
    await client.mergePatch(
      SECRETS,
      { namespace: TEAM, name: "ca" },
      { metadata: { labels: { a: "b" } } },
    );
    const { resource } = CA_KINDS.CAIssuer;
    await client.mergePatch(
      resource,
      { namespace: TEAM, name: "ca" },
      { spec: { crlDistributionPoints: [] } },
    );
    const ready = { type: "Ready", status: "True" };
    await waitForCondition(client, { resource, namespace: TEAM, name: "ca" }, ready);
    const ended = await doctor();
    assertSays(ended, WELL, 0);
    assert.doesNotMatch(ended.out, /^[✖!]/m);
  });

  it("says so when a right of the controller is missing, and what does not happen without", async () => {
    const name = NAME;
    const { rules } = await client.get(CLUSTER_ROLES, { name });
    const without = rules.filter(
      ({ resources }) => !resources.includes("certificaterequests/status"),
    );
    await client.mergePatch(CLUSTER_ROLES, { name }, { rules: without });
    assertSays(await doctor(), [
      /^✖ ServiceAccount countersign\/countersign-issuers: it may not patch certificaterequests\.cert-manager\.io\/status: no certificate is published\.\n {2}→ Apply the rights that the issuer's manifests have/m,
    ]);
    await client.mergePatch(CLUSTER_ROLES, { name }, { rules });
  });

  it("says so when the controller has lost its lease", async () => {
    const renewTime = new Date(Date.now() - 7_200_000);
    const lost = { holder: "replica-1", renewTime };
    await writeLease(client, { namespace: ISSUERS_NAMESPACE, name: GROUP, ...lost });
    assertSays(await doctor(), [
      /^✖ Controller of issuers\.countersign\.dev: it does not run, or has lost its lease: Lease countersign\/issuers\.countersign\.dev was last renewed 2h.* ago, by replica-1\.$/m,
    ]);
    const renewed = { holder: "replica-1", renewTime: new Date() };
    await writeLease(client, { namespace: ISSUERS_NAMESPACE, name: GROUP, ...renewed });
  });

  it("says so when cert-manager's own lease has run out", async () => {
    const lease = { namespace: "cert-manager", name: "cert-manager-controller" };
    const renewTime = new Date(Date.now() - 7_200_000);
    await writeLease(client, { ...lease, holder: "controller-1", renewTime });
    assertSays(await doctor(), [
      /^✖ cert-manager's controller: it does not run: nobody holds Lease cert-manager\/cert-manager-controller, last renewed 2h.* ago\.$/m,
    ]);
    await writeLease(client, { ...lease, holder: "controller-1", renewTime: new Date() });
    assertSays(await doctor(), [/^✔ cert-manager's controller: it runs: /m], 0);
  });

  it("says so when the API server does not reach cert-manager's webhook", async () => {
    await certManager.killWebhook();
    assertSays(await doctor(), [
      /^✖ cert-manager's webhook, asked by a dry run: the API server cannot call it: .*failed calling webhook.*\n {2}→ See whether its pods run/m,
    ]);
    await certManager.startWebhook();
  });

  it("says so when the webhook's configuration has no CA", async () => {
    const { webhooks } = await client.get(WEBHOOKS, WEBHOOK);
    const without = webhooks.map(({ clientConfig: { caBundle: _, ...clientConfig }, ...rest }) => {
      return { ...rest, clientConfig };
    });
    await client.mergePatch(WEBHOOKS, WEBHOOK, { webhooks: without });
    assertSays(await doctor(), [
      /^✖ cert-manager's webhook: ValidatingWebhookConfiguration cert-manager-webhook has no caBundle: the API server trusts no certificate of it\.\n {2}→ See to cert-manager's cainjector/m,
    ]);
    await client.mergePatch(WEBHOOKS, WEBHOOK, { webhooks });
  });

  it("says so when the clocks differ", async () => {
    const connection = await loadKubeconfig({ path: plane.kubeconfigPath });
    await using gate = await startGate(connection, { dateOffsetMs: 3_600_000 });
    const path = await kubeconfigFor(gate.url, {});
    assertSays(await countersign("doctor", "--kubeconfig", path), [
      /^✖ Clock: this machine's clock is 1h(\d+s)? behind the API server's \([-\dT:.]+Z\)\.\n {2}→ Set the clocks, by NTP/m,
    ]);
  });

  it("says which right it takes to look, where there is none", async () => {
    using account = await createServiceAccountKubeconfig(plane, {
      namespace: "nobodies",
      name: "nobody",
    });
    const ended = await countersign("doctor", "--kubeconfig", account.kubeconfigPath);
    assertSays(
      ended,
      [
        /^\? cert-manager's controller: its lease could not be looked at: you may not list leases\.coordination\.k8s\.io\.\n {2}→ Run this as somebody who may, or have that right granted\.$/m,
        /^\? cert-manager's webhook: its configuration could not be looked at: you may not list validatingwebhookconfigurations/m,
        /^\? cert-manager's webhook, asked by a dry run: .* you may not create certificaterequests\.cert-manager\.io in namespace default\.$/m,
        /^\? ServiceAccount cert-manager\/cert-manager: .* you may not create subjectaccessreviews\.authorization\.k8s\.io\.$/m,
        /^\? CAIssuer: its issuers could not be looked at: you may not list caissuers\.issuers\.countersign\.dev\.$/m,
      ],
      0,
    );
  });

  it("says which right it takes to explain, where there is none", async () => {
    using account = await createServiceAccountKubeconfig(plane, {
      namespace: "nobodies",
      name: "nobody",
    });
    const args = ["cert", "team/web", "--kubeconfig", account.kubeconfigPath];
    assertSays(await countersign("explain", ...args), [
      /^Cannot explain Certificate web in namespace team: you may not get certificates\.cert-manager\.io in namespace team\. Ask for that right\n$/,
    ]);
  });

  it("says so when the cluster does not answer, does not let us in, or is none", async () => {
    const dead = await kubeconfigFor("https://127.0.0.1:1", {});
    assertSays(await countersign("doctor", "--kubeconfig", dead), [
      /^The API server at https:\/\/127\.0\.0\.1:1 does not answer: .*connection refused.*\. See whether the cluster runs, and whether --kubeconfig and --context name the right one\n$/,
    ]);
    const stranger = await kubeconfigFor(plane.url, { token: "nobody's" });
    assertSays(await countersign("doctor", "--kubeconfig", stranger), [
      /^The API server at https:\/\/127\.0\.0\.1:\d+ does not accept these credentials: log in again, or give another --kubeconfig or --context\n$/,
    ]);
    assertSays(await countersign("doctor", "--kubeconfig", join(plane.dir, "none")), [
      /^Cannot find a Kubernetes API server to connect to\. Looked at: .*none \(does not exist\)\. See --kubeconfig and --context\n$/,
    ]);
  });

  async function kubeconfigFor(server: string, user: object): Promise<string> {
    const path = join(plane.dir, `${new URL(server).port}-${Object.keys(user).length}.kubeconfig`);
    const cluster = server.startsWith("https")
      ? { server, "certificate-authority-data": Buffer.from(plane.caPem).toString("base64") }
      : { server };
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "c", cluster }],
      users: [{ name: "u", user }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    };
    await writeFile(path, stringify(config));
    return path;
  }

  /** The rights of the issuers' manifests, with cert-manager's, the team's Secrets and the lease. */
  function allRights(): readonly KubeObject[] {
    const { rbac } = manifestsOf(issuers, {
      serviceAccount: { namespace: ISSUERS_NAMESPACE, name: NAME },
      certManager: { namespace: "cert-manager", name: "cert-manager" },
      secretNamespaces: [TEAM],
      lease: { namespace: ISSUERS_NAMESPACE, name: GROUP },
    });
    return rbac;
  }
});
