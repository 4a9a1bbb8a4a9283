import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  CERTIFICATE_REQUESTS,
  type CertificateRequest,
  type FakeCa,
  poll,
  startFakeCa,
} from "@countersign/testing";
import {
  createIssuerOf,
  type FaultyAcme,
  NAMESPACE,
  ORDERING,
  requestFromAcme,
  startFaultyAcme,
  waitForIssuer,
} from "./cluster/faulty-acme.ts";
import { assertIssuedOnce, signCallsOf, waitForIssued } from "./cluster/issued.ts";
import { conditionOf, waitFor } from "./cluster/wait.ts";

const TOKEN = "a token of an issuer of its own";
const HUNG = 100;
const HEALTHY = 20;
/** Calls of one issuer at the same time, by default. */
const CONCURRENCY = 8;
/** Failed calls in a row after which an issuer is tried by one request at a time. */
const FAILURES_TO_OPEN = 5;
const TIMEOUT = { timeoutMs: 60_000 };

// The calls of one issuer never delay another's. In issuer-lib one CA that hangs takes all workers.
describe("with an issuer whose CA", () => {
  let acme: FaultyAcme;
  before(async () => {
    acme = await startFaultyAcme({ program: ORDERING });
  });
  after(() => acme[Symbol.asyncDispose]());

  it("hangs, another issuer's requests are issued before the first of its calls has ended", async () => {
    await using hung = await startFakeCa({ token: TOKEN });
    const open = Promise.withResolvers<void>();
    hung.behave(async ({ kind }) => {
      if (kind === "sign") await open.promise;
      return { do: "ok" };
    });
    const waiting = await createRequests(hung, "hung", HUNG);
    await poll("calls", async () => signCalls(hung) >= CONCURRENCY || undefined, TIMEOUT);
    const others = await createAll("alive", { issuer: "ca", count: HEALTHY });
    for (const request of others) await assertIssuedOnce(acme, request);
    assert.equal(signCalls(hung), CONCURRENCY, "none has ended, and no more were made");
    assert.equal(writesTo("hung-99"), 0, "a wait for a call to end is not told");

    open.resolve();
    for (const request of waiting) {
      await assertIssuedOnce({ client: acme.client, ca: hung }, request);
      assert.equal(writesTo(request.metadata.name), 1);
    }
  });

  it("fails call after call is tried by one request at a time, and the others say why they wait", async () => {
    await using ca = await startFakeCa({ token: TOKEN });
    ca.behave(({ kind }) =>
      kind === "health" ? { do: "ok" } : { do: "refuse", status: 503, retryAfterS: 1 },
    );
    const requests = await createRequests(ca, "failing", 20);
    for (const request of requests) await waitForMessage(request, /has failed 5 times in a row/);
    const untried = requests.filter((request) => signCallsOf(ca, request).length === 0);
    assert.ok(untried.length > 0);
    const before = signCalls(ca);
    // One failure too few, then as many at a time as may be, then a probe: requests come one by one.
    const most = FAILURES_TO_OPEN - 1 + CONCURRENCY + 1;
    assert.ok(before <= most, `${before} calls, must be at most ${most}`);
    await poll("two probes", async () => signCalls(ca) >= before + 2 || undefined, TIMEOUT);

    ca.behave();
    for (const request of requests) await waitForIssued(acme.client, request);
    assert.equal(ca.minted.length, requests.length);
    for (const request of untried.filter((each) => signCallsOf(ca, each).length === 1)) {
      assert.equal(writesTo(request.metadata.name), 2, "why it waits, and that it is issued");
    }
  });

  it("asks for patience is left alone by all its requests, which say until when", async () => {
    await using ca = await startFakeCa({ token: TOKEN });
    ca.behave(({ kind }) =>
      kind === "health" ? { do: "ok" } : { do: "refuse", status: 429, retryAfterS: 8 },
    );
    const [first] = await createRequests(ca, "patient", 1);
    assert.ok(first);
    await waitForMessage(first, /429/);
    ca.behave();
    const second = await requestFromAcme(acme.client, "patient-late", { issuer: "patient" });
    await waitForMessage(second, /its CA asks for patience until \d{4}-.*Z\./);
    assert.equal(signCalls(ca), 1);
    await waitForIssued(acme.client, first);
    await assertIssuedOnce({ client: acme.client, ca }, second);
  });

  async function createRequests(
    ca: FakeCa,
    issuer: string,
    count: number,
  ): Promise<CertificateRequest[]> {
    await createIssuerOf(ca, { client: acme.client, name: issuer, token: TOKEN });
    await waitForIssuer(acme.client, issuer, "True");
    return createAll(issuer, { issuer, count });
  }

  function createAll(
    prefix: string,
    { issuer, count }: { issuer: string; count: number },
  ): Promise<CertificateRequest[]> {
    const names = Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
    return Promise.all(names.map((name) => requestFromAcme(acme.client, name, { issuer })));
  }

  function signCalls(ca: FakeCa): number {
    return ca.calls.filter(({ kind }) => kind === "sign").length;
  }

  function writesTo(name: string): number {
    const path = `/certificaterequests/${name}/status`;
    const writes = acme.proxy.calls.filter((call) => call.method === "PATCH");
    return writes.filter((call) => call.path.split("?")[0]?.endsWith(path)).length;
  }

  async function waitForMessage({ metadata: { name } }: CertificateRequest, message: RegExp) {
    const target = { resource: CERTIFICATE_REQUESTS, namespace: NAMESPACE, name };
    await waitFor(acme.client, target, (request) =>
      message.test(conditionOf(request, "Ready")?.message ?? ""),
    );
  }
});
