import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Client } from "@countersign/kube";
import {
  CERTIFICATE_REQUESTS,
  type ControlPlane,
  type FakeCa,
  startFakeCa,
} from "@countersign/testing";
import { serveIssuers } from "../tools/serve-issuers.ts";
import { ACME_GROUP, ACME_ISSUERS, createAcmeIssuer, serveAcme } from "./cluster/acme.ts";
import { startApiOfCertManager } from "./cluster/api-of-cert-manager.ts";
import { CA_KINDS, createCaIssuer, GROUP } from "./cluster/issuers.ts";
import { createRequest, decideRequest, writersOf } from "./cluster/requests.ts";
import { waitForCondition } from "./cluster/wait.ts";

const namespace = "default";
const TOKEN = "a token of the test's CA";

// Both have an issuer of the same name in the same namespace, so that the group alone tells them apart.
describe("two installations with groups of their own in one cluster", () => {
  let controlPlane: ControlPlane;
  let client: Client;
  let ca: FakeCa;
  let caPems: Readonly<Record<string, string>>;

  before(async () => {
    ca = await startFakeCa({ token: TOKEN });
    controlPlane = await startApiOfCertManager("1.21.2");
    client = controlPlane.client;
    await serveIssuers(controlPlane, { secretNamespaces: [namespace] });
    await serveAcme(controlPlane, { secretNamespaces: [namespace] });
    const { certificatePem } = await createCaIssuer(client, {
      kind: "CAIssuer",
      namespace,
      name: "ca",
    });
    await createAcmeIssuer(client, { namespace, name: "ca", url: ca.url, token: TOKEN });
    caPems = { [GROUP]: certificatePem, [ACME_GROUP]: ca.caPem };
  });
  after(async () => {
    await controlPlane?.stop();
    await ca?.[Symbol.asyncDispose]();
  });

  for (const { group, kind, other } of [
    { group: GROUP, kind: "CAIssuer", other: ACME_GROUP },
    { group: ACME_GROUP, kind: "AcmeIssuer", other: GROUP },
  ]) {
    it(`a request of ${kind} is issued by its own, and the other writes nothing to it`, async () => {
      const name = kind.toLowerCase();
      await createRequest(client, { namespace, name, issuerRef: { group, kind, name: "ca" } });
      await decideRequest(client, { namespace, name }, "Approved");
      const target = { resource: CERTIFICATE_REQUESTS, namespace, name };
      const wanted = { type: "Ready", status: "True", reason: "Issued" };
      const issued = await waitForCondition(client, target, wanted);
      const caPem = Buffer.from(issued.status?.ca ?? "", "base64").toString();
      assert.equal(caPem, caPems[group]);
      const writers = writersOf(issued);
      assert.ok(writers.includes(group), writers.join(", "));
      assert.equal(writers.includes(other), false);
    });
  }

  it("a request with the group of one and the kind of the other is left alone by both", async () => {
    const name = "neither";
    const issuerRef = { group: GROUP, kind: "AcmeIssuer", name: "ca" };
    await createRequest(client, { namespace, name, issuerRef });
    await decideRequest(client, { namespace, name }, "Approved");
    // Made after it, and done: both have seen it by then.
    for (const [group, kind] of [
      [GROUP, "CAIssuer"],
      [ACME_GROUP, "AcmeIssuer"],
    ] as const) {
      const later = `after-${kind.toLowerCase()}`;
      await createRequest(client, {
        namespace,
        name: later,
        issuerRef: { group, kind, name: "ca" },
      });
      await decideRequest(client, { namespace, name: later }, "Approved");
      const target = { resource: CERTIFICATE_REQUESTS, namespace, name: later };
      await waitForCondition(client, target, { type: "Ready", status: "True" });
    }
    const untouched = await client.get(CERTIFICATE_REQUESTS, { namespace, name });
    const types = untouched.status?.conditions?.map(({ type }) => type);
    assert.deepEqual(types, ["Approved"]);
  });

  it("each has checked its own issuer, and written to no other", async () => {
    for (const { resource, owner, other } of [
      { resource: CA_KINDS.CAIssuer.resource, owner: GROUP, other: ACME_GROUP },
      { resource: ACME_ISSUERS, owner: ACME_GROUP, other: GROUP },
    ]) {
      const target = { resource, namespace, name: "ca" };
      const issuer = await waitForCondition(client, target, { type: "Ready", status: "True" });
      assert.ok(writersOf(issuer).includes(owner));
      assert.equal(writersOf(issuer).includes(other), false);
    }
  });

  it("nothing was signed twice", () => {
    assert.equal(ca.minted.length, 2);
    assert.equal(new Set(ca.minted.map(({ idempotencyKey }) => idempotencyKey)).size, 2);
  });
});
