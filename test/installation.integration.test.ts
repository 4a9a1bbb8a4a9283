import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { defineResource, type KubeObject } from "@countersign/kube";
import {
  applyObjects,
  CERTIFICATE_REQUESTS,
  CERTIFICATE_SIGNING_REQUESTS,
  certificateSigningRequest,
  decideCertificateSigningRequest,
  poll,
  SECRETS,
  secret,
} from "@countersign/testing";
import { ACME_GROUP, ACME_ISSUERS, acmeSecretName } from "./cluster/acme.ts";
import {
  type FaultyAcme,
  NAMESPACE,
  startFaultyAcme,
  waitForIssuer,
} from "./cluster/faulty-acme.ts";
import { printedManifests } from "./cluster/printed-manifests.ts";
import { createRequest, newCsrPem } from "./cluster/requests.ts";
import {
  allows,
  describeRight,
  grantedRights,
  type Right,
  rightOf,
} from "./cluster/used-rights.ts";
import { type ConditionedObject, conditionOf, waitFor, waitForCondition } from "./cluster/wait.ts";

const PROGRAM = "test/cluster/installed-issuer.ts";
const OWN_NAMESPACE = "acme";
const MANIFEST_ARGS = ["--leader-elect"];

const CLUSTER_ISSUERS = defineResource<ConditionedObject & { readonly spec: object }>({
  group: ACME_GROUP,
  version: "v1alpha1",
  kind: "AcmeClusterIssuer",
  plural: "acmeclusterissuers",
  namespaced: false,
});

const ACME_CRD = `acmeissuers.${ACME_GROUP}`;

interface ClusterRole extends KubeObject {
  readonly rules: readonly { readonly verbs: readonly string[] }[];
}

const CLUSTER_ROLES = defineResource<ClusterRole>({
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "ClusterRole",
  plural: "clusterroles",
  namespaced: false,
});

const CONFIG_MAPS = defineResource({
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
});

// A control plane of its own: the program is watched call by call.
describe("an installation by its manifests", () => {
  let acme: FaultyAcme;
  let manifests: KubeObject[];
  let granted: Right[];

  before(async () => {
    manifests = await printedManifests(PROGRAM, [
      `--service-account=${OWN_NAMESPACE}/acme`,
      `--secret-namespaces=${NAMESPACE}`,
      ...MANIFEST_ARGS,
    ]);
    granted = grantedRights(manifests);
    acme = await startFaultyAcme({
      program: PROGRAM,
      args: [
        "--leader-elect",
        `--leader-election-namespace=${OWN_NAMESPACE}`,
        `--cluster-resource-namespace=${OWN_NAMESPACE}`,
      ],
      manifestArgs: MANIFEST_ARGS,
    });
  });
  after(() => acme[Symbol.asyncDispose]());

  function usedRights(): Right[] {
    return acme.proxy.calls.flatMap((call) => rightOf(call) ?? []);
  }

  /** Granted, and not used yet. `sign` is no call: the API server asks for it within another. */
  function unusedRights(): string[] {
    const used = usedRights();
    return granted
      .filter((right) => right.verb !== "sign" && !used.some((each) => allows(right, each)))
      .map(describeRight);
  }

  async function issue(name: string, kind: string): Promise<void> {
    const issuerRef = { group: ACME_GROUP, kind, name: "second" };
    await createRequest(acme.client, { namespace: NAMESPACE, name, issuerRef });
    const target = { resource: CERTIFICATE_REQUESTS, namespace: NAMESPACE, name };
    const issued = { type: "Ready", status: "True", reason: "Issued" };
    await waitForCondition(acme.client, target, issued);
  }

  async function issueKubernetesOwn(name: string, signerName: string): Promise<void> {
    const { client } = acme;
    const csrPem = await newCsrPem("web.example.com");
    const draft = certificateSigningRequest({ name, csrPem, signerName });
    await client.create(CERTIFICATE_SIGNING_REQUESTS, draft);
    await decideCertificateSigningRequest(client, name, "Approved");
    const target = { resource: CERTIFICATE_SIGNING_REQUESTS, name };
    await waitFor(client, target, ({ status }) => Boolean(status?.certificate));
  }

  const NAMESPACED_SIGNER = `acmeissuers.${ACME_GROUP}/${NAMESPACE}.second`;
  const CLUSTER_SIGNER = `acmeclusterissuers.${ACME_GROUP}/second`;

  it("has enough rights to issue, for both kinds of issuer and of request", async () => {
    const { client, ca } = acme;
    const token = { namespace: NAMESPACE, name: acmeSecretName("ca") };
    const { data = {} } = await client.get(SECRETS, token);
    const copy = { ...token, namespace: OWN_NAMESPACE };
    await client.create(SECRETS, { ...secret(copy, {}), data });
    for (const namespace of [NAMESPACE, OWN_NAMESPACE]) {
      await client.create(CONFIG_MAPS, { metadata: { namespace, name: "ca" } });
    }
    const spec = { url: ca.url, authSecretName: token.name, configMapName: "ca" };
    const meta = { namespace: NAMESPACE, name: "second" };
    await client.create(ACME_ISSUERS, { metadata: meta, spec });
    await client.create(CLUSTER_ISSUERS, { metadata: { name: "second" }, spec });
    await waitForIssuer(client, "second", "True");
    const clusterIssuer = { resource: CLUSTER_ISSUERS, name: "second" };
    await waitForCondition(client, clusterIssuer, { type: "Ready", status: "True" });
    await issue("web", "AcmeIssuer");
    await issue("cluster-web", "AcmeClusterIssuer");
    await issueKubernetesOwn("web", NAMESPACED_SIGNER);
    await issueKubernetesOwn("cluster-web", CLUSTER_SIGNER);
  });

  it("has no right too many, and none too few: it uses each, and asks for nothing else", async () => {
    const { proxy, program, client, ca } = acme;
    // A request that changed meanwhile is read again.
    for (const path of [/certificaterequests\/again\/status$/, /signingrequests\/again\/status$/]) {
      proxy.addRule({ method: "PATCH", path, times: 1, fault: { do: "answer", status: 409 } });
    }
    await issue("again", "AcmeIssuer");
    await issueKubernetesOwn("again", CLUSTER_SIGNER);
    // What happens a second time is counted in the first Event.
    const meta = { namespace: NAMESPACE, name: "none" };
    const { data = {} } = await client.get(SECRETS, { ...meta, name: acmeSecretName("ca") });
    const spec = { url: ca.url, authSecretName: "none" };
    await client.create(ACME_ISSUERS, { metadata: meta, spec });
    await waitForIssuer(client, "none", "False");
    await client.create(SECRETS, { ...secret(meta, {}), data });
    await waitForIssuer(client, "none", "True");
    await client.delete(SECRETS, meta);
    await waitForIssuer(client, "none", "False");
    // An API server that streams no lists is asked for them.
    proxy.addRule({
      when: ({ query }) => query.has("sendInitialEvents"),
      fault: { do: "answer", status: 400 },
    });
    const untilUsed = { timeoutMs: 60_000 };
    const isCounted = (): boolean =>
      usedRights().some(
        ({ verb, resource }) => verb === "patch" && resource === "events.k8s.io/events",
      );
    await poll("an Event to be counted", async () => isCounted() || undefined, untilUsed);
    await program.restart();
    await poll(
      "every right to be used",
      async () => unusedRights().length === 0 || undefined,
      untilUsed,
    ).catch(
      // Which ones is said below.
      () => {},
    );
    assert.deepEqual(unusedRights(), []);
    const ungranted = usedRights().filter((used) => !granted.some((right) => allows(right, used)));
    assert.deepEqual([...new Set(ungranted.map(describeRight))], []);
  });

  it("publishes nothing for a signer that it may not sign for", async () => {
    const { client, proxy } = acme;
    const role = { name: "acme" };
    const { rules } = await client.get(CLUSTER_ROLES, role);
    const fewer = rules.filter(({ verbs }) => !verbs.includes("sign"));
    assert.equal(fewer.length, rules.length - 1);
    await client.mergePatch(CLUSTER_ROLES, role, { rules: fewer });
    const name = "unsigned";
    const csrPem = await newCsrPem("web.example.com");
    const draft = certificateSigningRequest({ name, csrPem, signerName: CLUSTER_SIGNER });
    await client.create(CERTIFICATE_SIGNING_REQUESTS, draft);
    await decideCertificateSigningRequest(client, name, "Approved");
    const path = `/apis/certificates.k8s.io/v1/certificatesigningrequests/${name}/status`;
    const tries = (): number => proxy.calls.filter((call) => call.path === path).length;
    await poll("a second try", async () => tries() >= 2 || undefined, { timeoutMs: 60_000 });
    const target = { resource: CERTIFICATE_SIGNING_REQUESTS, name };
    assert.equal((await client.get(target.resource, target)).status?.certificate, undefined);
    await client.mergePatch(CLUSTER_ROLES, role, { rules });
    await waitFor(client, target, ({ status }) => Boolean(status?.certificate));
  });

  it("says of issuers that are older than their schema what is wrong, and serves the others", async () => {
    const { client, program } = acme;
    await program.process.stop();
    const [crd] = manifests.filter(({ metadata }) => metadata.name === ACME_CRD);
    assert.ok(crd);
    await applyObjects(client, [withAnySpec(crd)]);
    const old: readonly [name: string, spec: object, message: RegExp][] = [
      ["empty", {}, /its spec is not valid, correct it: spec\.url: .*; spec\.authSecretName: /],
      ["other-type", { url: 5, authSecretName: "ca-token" }, /correct it: spec\.url: .*string/],
    ];
    for (const [name, spec] of old) {
      await client.create(ACME_ISSUERS, { metadata: { namespace: NAMESPACE, name }, spec });
    }
    await applyObjects(client, [crd]);
    await program.restart();
    for (const [name, , message] of old) {
      const issuer = await waitForIssuer(client, name, "False");
      assert.match(conditionOf(issuer, "Ready")?.message ?? "", message);
    }
    await issue("after-upgrade", "AcmeIssuer");
    const right = { url: acme.ca.url, authSecretName: acmeSecretName("ca") };
    const empty = { namespace: NAMESPACE, name: "empty" };
    await client.mergePatch(ACME_ISSUERS, empty, { spec: right });
    await waitForIssuer(client, "empty", "True");
  });
});

/** The CRD as it was when a spec might be anything. */
function withAnySpec(crd: KubeObject): KubeObject {
  const before = structuredClone(crd) as KubeObject & {
    spec: {
      versions: { schema: { openAPIV3Schema: { properties: Record<string, unknown> } } }[];
    };
  };
  for (const { schema } of before.spec.versions) {
    schema.openAPIV3Schema.properties.spec = {
      type: "object",
      "x-kubernetes-preserve-unknown-fields": true,
    };
  }
  return before;
}
