import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { CERTIFICATE_REQUESTS, type Fault, poll, startFakeCa } from "@countersign/testing";
import {
  createIssuerOf,
  type FaultyAcme,
  NAMESPACE,
  ORDERING,
  requestFromAcme,
  startFaultyAcme,
  waitForIssuer,
} from "./cluster/faulty-acme.ts";
import { assertIssuedOnce, mintedFor, signCallsOf, waitForIssued } from "./cluster/issued.ts";
import { conditionOf, waitForCondition } from "./cluster/wait.ts";

const TOKEN = "a token of an issuer of its own";
const FORBIDDEN = { do: "refuse", status: 403, text: "this account may not sign" } as const;

/** Long enough for four calls whose distances double, and for thousands that follow each other. */
const LOOK_MS = 10_000;

/** The shortest backoff after the first fault: 1 s, of which half is random. */
const SHORTEST_BACKOFF_MS = 500;

const LOST_WRITES: readonly { name: string; what: string; fault: Fault }[] = [
  { name: "refused", what: "refused with 500", fault: { do: "answer", status: 500 } },
  { name: "conflicting", what: "refused with 409", fault: { do: "answer", status: 409 } },
  { name: "cut", what: "cut off", fault: { do: "cutBefore" } },
];

describe("with an issuer at fault or a request that cannot be signed,", {
  concurrency: true,
}, () => {
  let acme: FaultyAcme;
  before(async () => {
    acme = await startFaultyAcme({ program: ORDERING });
  });
  after(() => acme[Symbol.asyncDispose]());

  // G11 (a): in issuer-lib a check that passes clears the backoff, so that issuer and request flip
  // each other every few milliseconds for as long as Sign() returns IssuerError.
  it("sign() is called ever more seldom while check() passes, and requests go on in the end", async () => {
    const calledAt: number[] = [];
    await using ca = await startFakeCa({ token: TOKEN });
    ca.behave(({ kind }) => {
      if (kind === "health") return { do: "ok" };
      calledAt.push(performance.now());
      return FORBIDDEN;
    });
    await createIssuerOf(ca, { client: acme.client, name: "fickle", token: TOKEN });
    const request = await requestFromAcme(acme.client, "fickle", { issuer: "fickle" });
    await setTimeout(LOOK_MS);
    const distances = calledAt.slice(1).map((at, index) => at - (calledAt[index] ?? 0));
    assert.ok(distances.length >= 2, `${distances}`);
    distances.forEach((distance, index) => {
      assert.ok(distance >= SHORTEST_BACKOFF_MS * 2 ** index, `${distances}`);
    });
    const writes = acme.proxy.calls.filter(({ method, path }) => {
      return method === "PATCH" && path.endsWith("/acmeissuers/fickle/status");
    });
    // Ready once, and then for each fault: not Ready, and Ready again when the check has passed.
    assert.ok(writes.length <= 1 + 2 * calledAt.length, `${writes.length} writes`);
    const notReady = await waitForIssuer(acme.client, "fickle", "False");
    const message = conditionOf(notReady, "Ready")?.message ?? "";
    assert.match(message, /The CA answered 403: this account may not sign/);

    ca.behave();
    await waitForIssued(acme.client, request);
    assert.equal(mintedFor(ca, request).length, 1);
    await waitForIssuer(acme.client, "fickle", "True");
  });

  // G11 (b): issuer-lib takes the reported error before it has written it. Where that write fails, the
  // issuer stays Ready, and the request that waits for it to become so is never woken.
  it("a request goes on although the issuer's status could not be written", async () => {
    await using ca = await startFakeCa({ token: TOKEN });
    await createIssuerOf(ca, { client: acme.client, name: "unwritten", token: TOKEN });
    await waitForIssuer(acme.client, "unwritten", "True");
    const path = /\/acmeissuers\/unwritten\/status$/;
    // All the time, so that nobody ever reads that it is not Ready: no event of it can wake anything.
    const rule = acme.proxy.addRule({
      method: "PATCH",
      path,
      when: ({ body }) => body.includes('"status":"False"'),
      fault: { do: "answer", status: 500 },
    });
    let refusals = 0;
    ca.behave(({ kind }) => {
      if (kind === "health") return { do: "ok" };
      refusals += 1;
      return refusals === 1 ? FORBIDDEN : { do: "ok" };
    });
    const request = await requestFromAcme(acme.client, "unwritten", { issuer: "unwritten" });
    await waitForIssued(acme.client, request);
    assert.ok(rule.hits.length >= 1);
    assert.equal(signCallsOf(ca, request).length, 2);
    assert.equal(mintedFor(ca, request).length, 1);
  });

  // G2: issuer-lib returns a permanent outcome and the failed write together as one terminal error,
  // and the request is dropped: Pending until a restart or an edit.
  for (const { name, what, fault } of LOST_WRITES) {
    it(`a permanent failure whose write is ${what} is written later`, async () => {
      await using ca = await startFakeCa({ token: TOKEN });
      ca.behave(({ kind }) =>
        kind === "health" ? { do: "ok" } : { do: "refuse", status: 422, text: "no such profile" },
      );
      await createIssuerOf(ca, { client: acme.client, name, token: TOKEN });
      const path = new RegExp(`/certificaterequests/${name}/status$`);
      const when = ({ body }: { body: string }): boolean => body.includes('"failureTime"');
      const rule = acme.proxy.addRule({ method: "PATCH", path, when, times: 2, fault });
      const request = await requestFromAcme(acme.client, name, { issuer: name });
      const target = { resource: CERTIFICATE_REQUESTS, namespace: NAMESPACE, name };
      const wanted = { type: "Ready", status: "False", reason: "Failed" };
      const failed = await waitForCondition(acme.client, target, wanted);
      assert.match(conditionOf(failed, "Ready")?.message ?? "", /422: no such profile/);
      assert.ok(Date.parse(failed.status?.failureTime ?? "") > 0);
      assert.equal(rule.hits.length, 2);
      assert.equal(signCallsOf(ca, request).length, 1);
    });
  }

  it("requests of another issuer are issued meanwhile", async () => {
    await using ca = await startFakeCa({ token: TOKEN });
    ca.behave(({ kind }) => (kind === "health" ? { do: "ok" } : FORBIDDEN));
    await createIssuerOf(ca, { client: acme.client, name: "dead", token: TOKEN });
    const dead = await requestFromAcme(acme.client, "dead", { issuer: "dead" });
    await poll("a refusal", async () => signCallsOf(ca, dead)[0], { timeoutMs: 60_000 });
    await assertIssuedOnce(acme, await requestFromAcme(acme.client, "alive"));
  });
});
