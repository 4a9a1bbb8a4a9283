import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import type { Client } from "@countersign/kube";
import { CERTIFICATE_REQUESTS, type FakeCa, startFakeCa } from "@countersign/testing";
import { ACME_GROUP, ACME_ISSUERS, createAcmeIssuer, serveAcme } from "./cluster/acme.ts";
import { onceDespiteOutage } from "./cluster/despite-outage.ts";
import {
  type PrivateControlPlane,
  startPrivateControlPlane,
} from "./cluster/private-control-plane.ts";
import { createRequest, newCsrPem } from "./cluster/requests.ts";
import { waitForCondition } from "./cluster/wait.ts";

const namespace = "default";
const TOKEN = "a token of the test's CA";
const REQUESTS = 150;
const CREATORS = 8;

// A control plane of its own, because it is killed. The issuer is the README's, its CA counts.
describe("with its API server killed and started again while requests arrive", () => {
  let plane: PrivateControlPlane;
  let ca: FakeCa;
  let client: Client;

  before(async () => {
    ca = await startFakeCa({ token: TOKEN });
    plane = await startPrivateControlPlane();
    client = plane.controlPlane.client;
    await serveAcme(plane.controlPlane, { secretNamespaces: [namespace] });
    await createAcmeIssuer(client, { namespace, name: "ca", url: ca.url, token: TOKEN });
    const issuer = { resource: ACME_ISSUERS, namespace, name: "ca" };
    await waitForCondition(client, issuer, { type: "Ready", status: "True" });
  });
  after(async () => {
    await plane.controlPlane.stop();
    await ca[Symbol.asyncDispose]();
  });

  it("issues all of them and has none signed twice", async () => {
    const csrPem = await newCsrPem("web.example.com");
    const names = Array.from({ length: REQUESTS }, (_, index) => `web-${index}`);
    const waiting = names.values();
    const create = async (): Promise<void> => {
      for (const name of waiting) await createDespiteOutage(name, csrPem);
    };
    const creating = Promise.all(Array.from({ length: CREATORS }, create));
    while (ca.minted.length < REQUESTS / 3) await setTimeout(5);
    await plane.controlPlane.killApiServer("SIGKILL");
    await setTimeout(1_000);
    await plane.controlPlane.restartApiServer();
    await creating;

    for (const name of names) {
      const target = { resource: CERTIFICATE_REQUESTS, namespace, name };
      await waitForCondition(client, target, { type: "Ready", status: "True", reason: "Issued" });
    }
    assert.equal(ca.minted.length, REQUESTS);
    assert.equal(new Set(ca.minted.map(({ idempotencyKey }) => idempotencyKey)).size, REQUESTS);
  });

  /** Creates a request, again after an outage; that it may have been created before is no error. */
  async function createDespiteOutage(name: string, csrPem: string): Promise<void> {
    const issuerRef = { group: ACME_GROUP, kind: "AcmeIssuer", name: "ca" };
    const create = () => createRequest(client, { namespace, name, issuerRef, csrPem });
    await onceDespiteOutage(create, "AlreadyExists");
  }
});
