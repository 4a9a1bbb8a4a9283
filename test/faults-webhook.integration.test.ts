import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import {
  CERTIFICATE_REQUESTS,
  type CertificateRequest,
  type ProxiedCall,
  poll,
} from "@countersign/testing";
import {
  createIssuerOf,
  type FaultyAcme,
  NAMESPACE,
  requestFromAcme,
  startFaultyAcme,
} from "./cluster/faulty-acme.ts";
import { assertIssuedOnce } from "./cluster/issued.ts";
import { newCsrPem } from "./cluster/requests.ts";
import { conditionOf } from "./cluster/wait.ts";

const REQUESTS = 200;
const CREATORS = 8;
/** Created once the webhook is down, so that all requests are signed from then on. */
const ISSUER = "late";

/** What a rollout of cert-manager takes. */
const OUTAGE_MS = 60_000;

// G3 and C12: cert-manager's webhook stands in the way of every status write (failurePolicy: Fail),
// so that its outage fails them all. issuer-lib signs anew for each failed write, from 5 ms on: 5
// requests were signed 51 times in 25 s.
describe("while cert-manager's webhook is down", () => {
  let acme: FaultyAcme;
  before(async () => {
    acme = await startFaultyAcme();
  });
  after(() => acme[Symbol.asyncDispose]());

  it("requests in flight are signed once, and issued when it is back", async () => {
    const requests = await createApproved();
    await acme.certManager.killWebhook();
    const outage = setTimeout(OUTAGE_MS);
    const before = acme.proxy.calls.length;
    await createIssuerOf(acme.ca, { client: acme.client, name: ISSUER });
    await poll("all to be signed", async () => acme.ca.minted[REQUESTS - 1], { timeoutMs: 60_000 });
    await outage;
    assert.equal(acme.ca.minted.length, REQUESTS);
    const failed = acme.proxy.calls.slice(before).filter(isStatusWrite).length;
    assert.ok(failed >= 2 * REQUESTS, `${failed} writes, which are to be tried again and again`);
    // Each is tried with a backoff of its own, from half a second to half a minute.
    assert.ok(failed <= 10 * REQUESTS, `${failed} writes, which are to be ever rarer`);

    await acme.certManager.startWebhook();
    for (const request of requests) await assertIssuedOnce(acme, request);
    assert.equal(acme.ca.minted.length, REQUESTS);
  });

  /** cert-manager approves by a status write as well: it has to be done before the outage. */
  async function createApproved(): Promise<CertificateRequest[]> {
    const { client } = acme;
    const csrPem = await newCsrPem("web.example.com");
    const names = Array.from({ length: REQUESTS }, (_, index) => `web-${index}`);
    const waiting = names.values();
    const requests: CertificateRequest[] = [];
    const create = async (): Promise<void> => {
      for (const name of waiting)
        requests.push(await requestFromAcme(client, name, { issuer: ISSUER, csrPem }));
    };
    await Promise.all(Array.from({ length: CREATORS }, create));
    await poll(
      "all to be approved",
      async (signal) => {
        const { items } = await client.list(CERTIFICATE_REQUESTS, { namespace: NAMESPACE, signal });
        return items.every((each) => conditionOf(each, "Approved") !== undefined) || undefined;
      },
      { timeoutMs: 60_000, intervalMs: 500 },
    );
    return requests;
  }
});

function isStatusWrite({ method, path }: ProxiedCall): boolean {
  return method === "PATCH" && path.includes("/certificaterequests/");
}
