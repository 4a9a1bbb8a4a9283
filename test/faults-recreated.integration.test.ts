import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { CERTIFICATE_REQUESTS, type CertificateRequest, poll } from "@countersign/testing";
import { ACME_ISSUERS } from "./cluster/acme.ts";
import {
  type FaultyAcme,
  NAMESPACE,
  requestFromAcme,
  startFaultyAcme,
} from "./cluster/faulty-acme.ts";
import { assertIssuedOnce, mintedFor, signCallsOf } from "./cluster/issued.ts";
import { newCsrPem } from "./cluster/requests.ts";
import { waitFor } from "./cluster/wait.ts";

/** Long enough for a wrong write or a second call to happen: right ones take a tenth of it. */
const LOOK_MS = 2_000;

describe("a request", () => {
  let acme: FaultyAcme;
  before(async () => {
    acme = await startFaultyAcme();
  });
  after(() => acme[Symbol.asyncDispose]());

  // G5: cert-manager uses the names of requests again. issuer-lib's write carries no precondition, and
  // lands on whatever has the name by then: a certificate for the key of another request.
  it("that takes the name of one being signed gets a certificate of its own key", async () => {
    const answer = Promise.withResolvers<void>();
    acme.ca.behave(async ({ csrPem }) => {
      if (csrPem === firstCsr) await answer.promise;
      return { do: "ok" };
    });
    const firstCsr = await newCsrPem("first.example.com");
    const first = await requestFromAcme(acme.client, "signed", { csrPem: firstCsr });
    await poll("sign()", async () => signCallsOf(acme.ca, first)[0], { timeoutMs: 60_000 });
    const second = await recreate("signed");
    answer.resolve();
    acme.ca.behave();

    await assertIssuedOnce(acme, second);
    await assertUnchangedFor(second);
    assert.equal(mintedFor(acme.ca, first).length, 1);
  });

  it("that takes the name of one being written gets a certificate of its own key", async () => {
    const held = Promise.withResolvers<void>();
    const fault = { do: "hold", until: held.promise } as const;
    const path = /\/certificaterequests\/written\/status$/;
    const write = acme.proxy.addRule({ method: "PATCH", path, times: 1, fault });
    const first = await requestFromAcme(acme.client, "written");
    await poll("the write to begin", async () => write.hits[0], { timeoutMs: 60_000 });
    const second = await recreate("written");
    held.resolve();

    await assertIssuedOnce(acme, second);
    await assertUnchangedFor(second);
    assert.equal(signCallsOf(acme.ca, first).length, 1);
  });

  it("deleted while it is being signed leaves nothing to be done", async () => {
    const answer = Promise.withResolvers<void>();
    acme.ca.behave(async () => {
      await answer.promise;
      return { do: "ok" };
    });
    const request = await requestFromAcme(acme.client, "gone");
    await poll("sign()", async () => signCallsOf(acme.ca, request)[0], { timeoutMs: 60_000 });
    await acme.client.delete(CERTIFICATE_REQUESTS, { namespace: NAMESPACE, name: "gone" });
    answer.resolve();
    acme.ca.behave();
    await setTimeout(LOOK_MS);
    assert.equal(signCallsOf(acme.ca, request).length, 1);
  });

  // G16: issuer-lib decides from its cache alone, which may not have heard of the write yet; the next
  // event of the issuer has the request signed again, and the new certificate written over the first.
  it("that is written is not signed again while the watch has not told of it", async () => {
    const answer = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    acme.ca.behave(async ({ kind }) => {
      if (kind === "sign") await answer.promise;
      return { do: "ok" };
    });
    const request = await requestFromAcme(acme.client, "stale");
    await poll("sign()", async () => signCallsOf(acme.ca, request)[0], { timeoutMs: 60_000 });
    const watch = acme.proxy.addRule({
      method: "GET",
      path: "/apis/cert-manager.io/v1/certificaterequests",
      fault: { do: "hold", until: held.promise },
    });
    acme.proxy.cutConnections();
    await poll("the watch to be begun again", async () => watch.hits[0], { timeoutMs: 60_000 });
    answer.resolve();
    await assertIssuedOnce(acme, request);

    await recheckIssuer();
    await setTimeout(LOOK_MS);
    held.resolve();
    watch.remove();
    await assertUnchangedFor(request);
    await assertIssuedOnce(acme, request);
  });

  /** Deletes a request and creates another of its name, for a key of its own. */
  async function recreate(name: string): Promise<CertificateRequest> {
    await acme.client.delete(CERTIFICATE_REQUESTS, { namespace: NAMESPACE, name });
    return requestFromAcme(acme.client, name);
  }

  /** An edit has the issuer checked, and its open requests looked at. */
  async function recheckIssuer(): Promise<void> {
    const metadata = { namespace: NAMESPACE, name: "ca" };
    const spec = { url: `${acme.ca.url}/` };
    const { metadata: edited } = await acme.client.mergePatch(ACME_ISSUERS, metadata, { spec });
    await waitFor(acme.client, { resource: ACME_ISSUERS, ...metadata }, ({ status }) =>
      (status?.conditions ?? []).some(
        ({ type, status: is, observedGeneration }) =>
          type === "Ready" && is === "True" && observedGeneration === edited.generation,
      ),
    );
  }

  async function assertUnchangedFor(request: CertificateRequest): Promise<void> {
    const target = { namespace: NAMESPACE, name: request.metadata.name };
    const before = await acme.client.get(CERTIFICATE_REQUESTS, target);
    await setTimeout(LOOK_MS);
    const after = await acme.client.get(CERTIFICATE_REQUESTS, target);
    assert.deepEqual(after, before);
  }
});
