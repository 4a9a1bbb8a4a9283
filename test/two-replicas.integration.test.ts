import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { type Client, leases } from "@countersign/kube";
import {
  CERTIFICATE_REQUESTS,
  type FakeCa,
  type InstalledController,
  poll,
  type SupervisedProcess,
  startFakeCa,
} from "@countersign/testing";
import {
  ACME_GROUP,
  ACME_ISSUERS,
  createAcmeIssuer,
  replicateAcme,
  serveAcme,
} from "./cluster/acme.ts";
import {
  type PrivateControlPlane,
  startPrivateControlPlane,
} from "./cluster/private-control-plane.ts";
import { createRequest, newCsrPem } from "./cluster/requests.ts";
import { waitForCondition } from "./cluster/wait.ts";

const namespace = "default";
const REQUESTS = 60;
const TIMEOUT_MS = 60_000;

const args = [
  "--leader-elect",
  "--leader-election-namespace=acme",
  "--leader-election-lease-duration=3s",
  "--leader-election-renew-deadline=2s",
  "--leader-election-retry-period=500ms",
];

// A control plane of its own: whoever else serves the issuers' group would hold the same lease.
describe("two replicas of an issuer, of which one leads", { timeout: 180_000 }, () => {
  let plane: PrivateControlPlane;
  let ca: FakeCa;
  let client: Client;
  let first: InstalledController;
  let second: SupervisedProcess;

  before(async () => {
    const token = "a token of the test's CA";
    ca = await startFakeCa({ token });
    plane = await startPrivateControlPlane();
    client = plane.controlPlane.client;
    first = await serveAcme(plane.controlPlane, {
      secretNamespaces: [namespace],
      args,
      manifestArgs: ["--leader-elect"],
    });
    await createAcmeIssuer(client, { namespace, name: "ca", url: ca.url, token });
    const issuer = { resource: ACME_ISSUERS, namespace, name: "ca" };
    await waitForCondition(client, issuer, { type: "Ready", status: "True" });
    second = await replicateAcme(plane.controlPlane, first, { name: "second", args });
  });
  after(async () => {
    await plane.controlPlane.stop();
    await ca[Symbol.asyncDispose]();
  });

  it("are both ready, and only the first one works", async () => {
    for (const replica of [first.process, second]) {
      const verbose = await poll(
        `${replica.name} to be ready`,
        async (signal) => {
          const answer = await fetch(`http://${await probesOf(replica)}/readyz?verbose`, {
            signal,
          });
          return answer.ok ? answer.text() : undefined;
        },
        { timeoutMs: TIMEOUT_MS },
      );
      const names = ["informer-sync", "event-loop", "leader-election"];
      const lines = names.map((name) => `[+]${name} ok\n`).join("");
      assert.equal(verbose, `${lines}readyz check passed\n`);
    }
    assert.match(await readFile(first.process.logPath, "utf8"), /"Serving issuers"/);
    assert.doesNotMatch(await readFile(second.logPath, "utf8"), /"Serving issuers"/);
  });

  it("issue every request once while the first one is told to end", async () => {
    const csrPem = await newCsrPem("web.example.com");
    const issuerRef = { group: ACME_GROUP, kind: "AcmeIssuer", name: "ca" };
    const names = Array.from({ length: REQUESTS }, (_, index) => `web-${index}`);
    let ended: ReturnType<SupervisedProcess["stop"]> | undefined;
    for (const [index, name] of names.entries()) {
      await createRequest(client, { namespace, name, issuerRef, csrPem });
      if (index === REQUESTS / 2) ended = first.process.stop();
    }
    assert.equal((await ended)?.code, 0);
    for (const name of names) {
      const target = { resource: CERTIFICATE_REQUESTS, namespace, name };
      await waitForCondition(client, target, { type: "Ready", status: "True", reason: "Issued" });
    }
    assert.equal(ca.minted.length, REQUESTS);
    assert.equal(new Set(ca.minted.map(({ idempotencyKey }) => idempotencyKey)).size, REQUESTS);
    const { spec } = await client.get(leases, { namespace: "acme", name: ACME_GROUP });
    assert.equal(spec?.leaseTransitions, 1);
  });
});

/** Where a replica has said that it answers probes. */
async function probesOf(replica: SupervisedProcess): Promise<string> {
  const log = await readFile(replica.logPath, "utf8");
  const address = /"address":"([^"]+)","msg":"Serving health probes"/.exec(log)?.[1];
  assert.ok(address, `${replica.name} has not said where`);
  return address;
}
