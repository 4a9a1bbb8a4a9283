import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { CERTIFICATE_REQUESTS, type Fault, poll } from "@countersign/testing";
import { ACME_ISSUERS } from "./cluster/acme.ts";
import {
  createIssuerOf,
  type FaultyAcme,
  NAMESPACE,
  requestFromAcme,
  startFaultyAcme,
  waitForIssuer,
} from "./cluster/faulty-acme.ts";
import { assertIssuedOnce, mintedFor, signCallsOf } from "./cluster/issued.ts";
import { conditionOf, waitFor } from "./cluster/wait.ts";

interface Row {
  readonly name: string;
  readonly what: string;
  readonly fault: Fault;
}

const REQUESTS = 4;
/** How many writes of a row's requests go wrong: the first of some, and the second of others too. */
const FAULTS = 6;

const ROWS: readonly Row[] = [
  { name: "conflict", what: "refused with 409", fault: { do: "answer", status: 409 } },
  { name: "invalid", what: "refused with 422", fault: { do: "answer", status: 422 } },
  { name: "throttled", what: "refused with 429", fault: { do: "answer", status: 429 } },
  {
    name: "asked-to-wait",
    what: "refused with 429 and Retry-After",
    fault: { do: "answer", status: 429, retryAfterSeconds: 1 },
  },
  { name: "broken", what: "refused with 500", fault: { do: "answer", status: 500 } },
  { name: "cut", what: "cut off before the server has heard of it", fault: { do: "cutBefore" } },
  { name: "lost", what: "cut off after the server has acted", fault: { do: "cutAfter" } },
];

// G3: issuer-lib returns the error of the write, and the next reconcile calls Sign() again: what the
// CA has issued is thrown away, once for each write that fails. Here it is held until it is written.
describe("while writes fail,", { concurrency: true }, () => {
  let acme: FaultyAcme;
  before(async () => {
    acme = await startFaultyAcme();
  });
  after(() => acme[Symbol.asyncDispose]());

  for (const { name, what, fault } of ROWS) {
    it(`a certificate whose write is ${what} is published later, and never asked for again`, async () => {
      const path = new RegExp(`/certificaterequests/${name}-\\d/status$`);
      const rule = acme.proxy.addRule({ method: "PATCH", path, times: FAULTS, fault });
      const names = Array.from({ length: REQUESTS }, (_, index) => `${name}-${index}`);
      const requests = await Promise.all(names.map((each) => requestFromAcme(acme.client, each)));
      await Promise.all(requests.map((request) => assertIssuedOnce(acme, request)));
      // The last can still be under way: where the server has acted, the certificate is there at once.
      assert.ok(rule.hits.length >= REQUESTS);
    });
  }

  it("a certificate refused for good is not asked for again, and the log says why", async () => {
    const said = "status.certificate: Too long: may not be more than 2 bytes";
    const rule = acme.proxy.addRule({
      method: "PATCH",
      path: /\/certificaterequests\/never\/status$/,
      when: ({ body }) => body.includes('"certificate"'),
      fault: { do: "answer", status: 422, message: said },
    });
    const request = await requestFromAcme(acme.client, "never");
    await poll("further writes", async () => rule.hits[3], { timeoutMs: 60_000 });
    assert.equal(signCallsOf(acme.ca, request).length, 1);
    assert.equal(mintedFor(acme.ca, request).length, 1);
    const log = await readFile(acme.program.process.logPath, "utf8");
    assert.ok(log.split("\n").some((line) => line.includes(said) && line.includes("never")));

    rule.remove();
    await assertIssuedOnce(acme, request);
  });

  it("a certificate refused for good leaves the reason on its request", async () => {
    const said = "status.certificate: Too long: may not be more than 2 bytes";
    acme.proxy.addRule({
      method: "PATCH",
      path: /\/certificaterequests\/told\/status$/,
      when: ({ body }) => body.includes('"certificate"'),
      fault: { do: "answer", status: 422, message: said },
    });
    const request = await requestFromAcme(acme.client, "told");
    const target = { resource: CERTIFICATE_REQUESTS, namespace: NAMESPACE, name: "told" };
    await waitFor(acme.client, target, (each) =>
      (conditionOf(each, "Ready")?.message ?? "").includes(said),
    );
    assert.equal(signCallsOf(acme.ca, request).length, 1);
  });

  // G2 for issuers: a permanent failure of check() and one failed write leave an issuer of issuer-lib
  // without its condition until it is edited.
  it("an issuer whose own status is refused becomes Ready later, and its requests go on", async () => {
    const path = /\/acmeissuers\/late\/status$/;
    const fault = { do: "answer", status: 500 } as const;
    const rule = acme.proxy.addRule({ method: "PATCH", path, times: 2, fault });
    const request = await requestFromAcme(acme.client, "late", { issuer: "late" });
    await createIssuerOf(acme.ca, { client: acme.client, name: "late" });
    await waitForIssuer(acme.client, "late", "True");
    await assertIssuedOnce(acme, request);
    assert.equal(rule.hits.length, 2);
  });

  it("a certificate that was written is not written again, whatever was heard of it", async () => {
    const path = /\/certificaterequests\/twice\/status$/;
    acme.proxy.addRule({ method: "PATCH", path, times: 1, fault: { do: "cutAfter" } });
    const request = await requestFromAcme(acme.client, "twice");
    await assertIssuedOnce(acme, request);
    const metadata = { namespace: NAMESPACE, name: "twice" };
    const before = await acme.client.get(CERTIFICATE_REQUESTS, metadata);
    // An issuer's edit has every request of its looked at again.
    await acme.client.mergePatch(
      ACME_ISSUERS,
      { namespace: NAMESPACE, name: "ca" },
      { metadata: { annotations: { looked: "again" } } },
    );
    await requestFromAcme(acme.client, "after-twice").then((each) => assertIssuedOnce(acme, each));
    const now = await acme.client.get(CERTIFICATE_REQUESTS, metadata);
    assert.equal(now.metadata.resourceVersion, before.metadata.resourceVersion);
    await assertIssuedOnce(acme, request);
  });
});
