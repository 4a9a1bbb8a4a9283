import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { CERTIFICATE_REQUESTS } from "@countersign/testing";
import { type Cluster, connect } from "./cluster/connect.ts";
import { createCaIssuer, createIssuer, GROUP } from "./cluster/issuers.ts";
import { createRequest, issuedSubject, writersOf } from "./cluster/requests.ts";
import { conditionOf, waitForCondition } from "./cluster/wait.ts";

const namespace = "requests";
const ISSUED = { type: "Ready", status: "True", reason: "Issued" } as const;

/** Long enough for what should not happen to happen: an issued request takes a tenth of it. */
const LOOK_MS = 3_000;

describe("a CertificateRequest", () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await connect();
    await createCaIssuer(cluster.client, { kind: "CAIssuer", namespace, name: "ca" });
  });
  after(() => cluster[Symbol.asyncDispose]());

  function target(name: string): {
    resource: typeof CERTIFICATE_REQUESTS;
    namespace: string;
    name: string;
  } {
    return { resource: CERTIFICATE_REQUESTS, namespace, name };
  }

  it("with no Certificate behind it is issued, as csi-driver's are", async () => {
    const { client } = cluster;
    const issuerRef = { group: GROUP, kind: "CAIssuer", name: "ca" };
    await createRequest(client, { namespace, name: "pod", issuerRef });
    const request = await waitForCondition(client, target("pod"), ISSUED);
    assert.equal(issuedSubject(request), "CN=pod.example.com");
    assert.equal(conditionOf(request, "Ready")?.message, "The certificate has been issued.");
  });

  it("is issued in one write of ours, and Approved is never among our fields", async () => {
    const { client } = cluster;
    const issuerRef = { group: GROUP, kind: "CAIssuer", name: "ca" };
    await createRequest(client, { namespace, name: "one-write", issuerRef });
    const request = await waitForCondition(client, target("one-write"), ISSUED);
    const ours = (request.metadata.managedFields as { manager: string; fieldsV1: object }[]).filter(
      ({ manager }) => manager === GROUP,
    );
    assert.equal(ours.length, 1);
    const fields = JSON.stringify(ours[0]?.fieldsV1);
    assert.match(fields, /Ready/);
    assert.doesNotMatch(fields, /Approved|Denied/);
  });

  it("of another group is never written to", async () => {
    const { client } = cluster;
    const issuerRef = { group: "other.example.com", kind: "CAIssuer", name: "ca" };
    await createRequest(client, { namespace, name: "foreign", issuerRef });
    await setTimeout(LOOK_MS);
    const request = await client.get(CERTIFICATE_REQUESTS, { namespace, name: "foreign" });
    assert.equal(writersOf(request).includes(GROUP), false);
    assert.equal(conditionOf(request, "Ready"), undefined);
  });

  it("of cert-manager's own issuers is never written to", async () => {
    const { client } = cluster;
    const issuerRef = { group: "cert-manager.io", kind: "Issuer", name: "ca" };
    await createRequest(client, { namespace, name: "in-tree", issuerRef });
    await setTimeout(LOOK_MS);
    const request = await client.get(CERTIFICATE_REQUESTS, { namespace, name: "in-tree" });
    assert.equal(writersOf(request).includes(GROUP), false);
  });

  it("waits for an issuer that does not exist, names it, and is issued once it is created", async () => {
    const { client } = cluster;
    const issuerRef = { group: GROUP, kind: "CAIssuer", name: "late" };
    await createRequest(client, { namespace, name: "early", issuerRef });
    const pending = { type: "Ready", status: "False", reason: "Pending" };
    const waiting = await waitForCondition(client, target("early"), pending);
    assert.equal(
      conditionOf(waiting, "Ready")?.message,
      "Waiting for CAIssuer requests/late: it does not exist. Create it, or request again with another issuerRef.",
    );
    // So long that a request which waits for a backoff would show.
    await setTimeout(LOOK_MS);
    await createIssuer(client, { kind: "CAIssuer", namespace, name: "late", secretName: "ca" });
    const createdAt = performance.now();
    await waitForCondition(client, target("early"), ISSUED);
    assert.ok(performance.now() - createdAt < LOOK_MS);
  });
});
