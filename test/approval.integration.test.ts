import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { manifestsOf } from "@countersign/issuer";
import type { Client } from "@countersign/kube";
import { applyObjects, CERTIFICATE_REQUESTS } from "@countersign/testing";
import { issuers, NAME } from "../issuers/index.ts";
import { ISSUERS_NAMESPACE, serveIssuers } from "../tools/serve-issuers.ts";
import { createCaIssuer, GROUP } from "./cluster/issuers.ts";
import {
  type PrivateControlPlane,
  startPrivateControlPlane,
} from "./cluster/private-control-plane.ts";
import { createRequest, decideRequest, writersOf } from "./cluster/requests.ts";
import { conditionOf, waitForCondition } from "./cluster/wait.ts";

const namespace = "default";
const issuerRef = { group: GROUP, kind: "CAIssuer", name: "ca" };
const LOOK_MS = 5_000;

// A control plane of its own: here cert-manager's approver has no right to approve at first, so
// that approval is the test's to give.
describe("without an approver's right, a CertificateRequest", () => {
  let plane: PrivateControlPlane;
  let client: Client;

  before(async () => {
    plane = await startPrivateControlPlane();
    client = plane.controlPlane.client;
    await serveIssuers(plane.controlPlane, {
      secretNamespaces: [namespace],
      isApproverAllowed: false,
    });
    await createCaIssuer(client, { kind: "CAIssuer", namespace, name: "ca" });
  });
  after(() => plane.controlPlane.stop());

  it("is not touched as long as it is not approved, and is issued when it is", async () => {
    const name = "patient";
    await createRequest(client, { namespace, name, issuerRef });
    await setTimeout(LOOK_MS);
    const untouched = await client.get(CERTIFICATE_REQUESTS, { namespace, name });
    assert.equal(untouched.status?.conditions, undefined);
    assert.equal(writersOf(untouched).includes(GROUP), false);

    await decideRequest(client, { namespace, name }, "Approved");
    const target = { resource: CERTIFICATE_REQUESTS, namespace, name };
    const issued = await waitForCondition(client, target, { type: "Ready", status: "True" });
    assert.equal(conditionOf(issued, "Ready")?.reason, "Issued");
  });

  it("that is denied is marked Denied with failureTime, and never issued", async () => {
    const name = "denied";
    await createRequest(client, { namespace, name, issuerRef });
    await decideRequest(client, { namespace, name }, "Denied");
    const target = { resource: CERTIFICATE_REQUESTS, namespace, name };
    const wanted = { type: "Ready", status: "False", reason: "Denied" };
    const denied = await waitForCondition(client, target, wanted);
    assert.ok(Date.parse(denied.status?.failureTime ?? "") > 0);
    assert.equal(denied.status?.certificate, undefined);
    assert.equal(conditionOf(denied, "Approved"), undefined);
  });

  it("is approved by cert-manager once our manifests give it the right", async () => {
    const name = "stuck";
    await createRequest(client, { namespace, name, issuerRef });
    const { rbac } = manifestsOf(issuers, {
      serviceAccount: { namespace: ISSUERS_NAMESPACE, name: NAME },
      secretNamespaces: [],
      certManager: { namespace: "cert-manager", name: "cert-manager" },
    });
    await applyObjects(client, rbac);
    const target = { resource: CERTIFICATE_REQUESTS, namespace, name };
    await waitForCondition(client, target, { type: "Ready", status: "True", reason: "Issued" });
  });
});
