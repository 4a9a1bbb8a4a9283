import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Client } from "@countersign/kube";
import {
  applyObjects,
  CERTIFICATE_REQUESTS,
  namespace as namespaceObject,
  SECRETS,
  tlsSecret,
} from "@countersign/testing";
import { serveIssuers } from "../tools/serve-issuers.ts";
import { newAuthority } from "./cluster/certificate-authority.ts";
import { CA_KINDS, createCaIssuer, createIssuer, GROUP } from "./cluster/issuers.ts";
import {
  type PrivateControlPlane,
  startPrivateControlPlane,
} from "./cluster/private-control-plane.ts";
import { createRequest, writersOf } from "./cluster/requests.ts";
import { conditionOf, waitFor, waitForCondition } from "./cluster/wait.ts";

const SERVED = "team-a";
const OTHER = "team-b";
const READABLE = "ca";

// A control plane of its own: the program is started with the rights on one namespace, and in it on
// one Secret, so that what it may not do shows.
describe("an installation for one namespace, with the right to read one Secret of it", () => {
  let plane: PrivateControlPlane;
  let client: Client;

  before(async () => {
    plane = await startPrivateControlPlane();
    client = plane.controlPlane.client;
    await applyObjects(client, [namespaceObject(SERVED), namespaceObject(OTHER)]);
    await serveIssuers(plane.controlPlane, {
      namespaces: [SERVED],
      secretNamespaces: [],
      secretNames: [{ namespace: SERVED, name: READABLE }],
    });
    await createCaIssuer(client, { kind: "CAIssuer", namespace: SERVED, name: READABLE });
  });
  after(() => plane.controlPlane.stop());

  const issuerRef = { group: GROUP, kind: "CAIssuer", name: READABLE };
  const ISSUED = { type: "Ready", status: "True", reason: "Issued" };

  it("issues there, and leaves the requests and issuers of other namespaces alone", async () => {
    await createCaIssuer(client, { kind: "CAIssuer", namespace: OTHER, name: READABLE });
    await createRequest(client, { namespace: OTHER, name: "web", issuerRef });
    await createRequest(client, { namespace: SERVED, name: "web", issuerRef });
    const served = { resource: CERTIFICATE_REQUESTS, namespace: SERVED, name: "web" };
    await waitForCondition(client, served, ISSUED);
    const foreign = await client.get(CERTIFICATE_REQUESTS, { namespace: OTHER, name: "web" });
    assert.equal(writersOf(foreign).includes(GROUP), false);
    const { resource } = CA_KINDS.CAIssuer;
    const issuer = await client.get(resource, { namespace: OTHER, name: READABLE });
    assert.equal(issuer.status, undefined);
  });

  it("follows that Secret by its name: a new CA is used at once", async () => {
    const second = await newAuthority("second");
    const secret = tlsSecret({ namespace: SERVED, name: READABLE }, second);
    await client.mergePatch(
      SECRETS,
      { namespace: SERVED, name: READABLE },
      { data: { "tls.key": "" } },
    );
    const issuer = { resource: CA_KINDS.CAIssuer.resource, namespace: SERVED, name: READABLE };
    await waitForCondition(client, issuer, { type: "Ready", status: "False" });
    await client.mergePatch(SECRETS, { namespace: SERVED, name: READABLE }, secret);
    await waitForCondition(client, issuer, { type: "Ready", status: "True" });
    await createRequest(client, { namespace: SERVED, name: "renewed", issuerRef });
    const target = { resource: CERTIFICATE_REQUESTS, namespace: SERVED, name: "renewed" };
    const issued = await waitForCondition(client, target, ISSUED);
    const caPem = Buffer.from(issued.status?.ca ?? "", "base64").toString();
    assert.equal(caPem, second.certificatePem);
  });

  it("says of another Secret of the namespace which right is missing", async () => {
    const name = "unreadable";
    await createIssuer(client, { kind: "CAIssuer", namespace: SERVED, name, secretName: name });
    const target = { resource: CA_KINDS.CAIssuer.resource, namespace: SERVED, name };
    const issuer = await waitFor(client, target, (object) =>
      Boolean(conditionOf(object, "Ready")?.status === "False"),
    );
    assert.match(
      conditionOf(issuer, "Ready")?.message ?? "",
      /^Secret team-a\/unreadable may not be read: allow get, list and watch of secrets in namespace team-a/,
    );
  });
});
