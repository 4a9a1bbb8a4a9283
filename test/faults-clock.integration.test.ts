import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { CERTIFICATE_REQUESTS, type FakeCa, poll, startFakeCa } from "@countersign/testing";
import { parseCertificates } from "@countersign/x509";
import {
  createIssuerOf,
  type FaultyAcme,
  NAMESPACE,
  requestFromAcme,
  startFaultyAcme,
} from "./cluster/faulty-acme.ts";
import { assertIssuedOnce, mintedFor, signCallsOf } from "./cluster/issued.ts";
import { createMovableClock, type MovableClock } from "./cluster/movable-clock.ts";
import { conditionOf, waitFor, waitForCondition } from "./cluster/wait.ts";

const TOKEN = "a token of an issuer of its own";
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Long enough for a certificate to be published too early, or asked for again. */
const LOOK_MS = 3_000;

// A certificate that is not valid yet must not become Ready: whoever mounts it would serve it at
// once. issuer-lib publishes whatever Sign() returns (G14).
describe("a request, when", () => {
  let acme: FaultyAcme;
  let clock: MovableClock;

  before(async () => {
    clock = await createMovableClock();
    acme = await startFaultyAcme({ nodeArgs: clock.nodeArgs, env: clock.env });
  });
  after(async () => {
    await acme[Symbol.asyncDispose]();
    await clock[Symbol.asyncDispose]();
  });

  /** A CA with a clock of its own, and an issuer before it. */
  async function startCa(name: string, offsetMs: number): Promise<FakeCa> {
    const ca = await startFakeCa({ token: TOKEN, now: () => new Date(Date.now() + offsetMs) });
    await createIssuerOf(ca, { client: acme.client, name, token: TOKEN });
    return ca;
  }

  /** Sets the program's clock, by a restart. */
  async function setProgramClock(offsetMs: number): Promise<void> {
    await clock.set(offsetMs);
    await acme.program.restart();
  }

  describe("the CA's clock", { concurrency: true }, () => {
    it("is 5 s ahead, is issued once its certificate is valid", async () => {
      await using ca = await startCa("ahead", 5 * SECOND_MS);
      const request = await requestFromAcme(acme.client, "ahead", { issuer: "ahead" });
      await assertIssuedOnce({ client: acme.client, ca }, request);
      const [leaf] = parseCertificates(mintedFor(ca, request)[0]?.certificatePem ?? "");
      assert.ok(leaf);
      assert.ok(Date.now() >= leaf.notBefore.getTime(), leaf.notBefore.toISOString());
    });

    it("is 4 minutes ahead, says from when its certificate is valid, and waits", async () => {
      await using ca = await startCa("early", 4 * MINUTE_MS);
      const request = await requestFromAcme(acme.client, "early", { issuer: "early" });
      await poll("a certificate", async () => mintedFor(ca, request)[0], { timeoutMs: 60_000 });
      const [leaf] = parseCertificates(mintedFor(ca, request)[0]?.certificatePem ?? "");
      const from = leaf?.notBefore.toISOString() ?? "a certificate";
      const place = { namespace: NAMESPACE, name: "early" };
      const target = { resource: CERTIFICATE_REQUESTS, ...place };
      await waitFor(acme.client, target, (each) =>
        (conditionOf(each, "Ready")?.message ?? "").includes(from),
      );
      await setTimeout(LOOK_MS);
      const waiting = await acme.client.get(CERTIFICATE_REQUESTS, place);
      assert.equal(conditionOf(waiting, "Ready")?.reason, "Pending");
      assert.equal(waiting.status?.certificate, undefined);
      assert.equal(signCallsOf(ca, request).length, 1);
    });

    const refused: [name: string, what: string, offsetMs: number, says: RegExp][] = [
      ["future", "10 minutes ahead", 10 * MINUTE_MS, /it begins only on \S+ \(serial (\S+)\)/],
      ["past", "2 days behind", -2 * DAY_MS, /it ended on \S+ \(serial (\S+)\)/],
    ];
    for (const [name, what, offsetMs, says] of refused) {
      it(`is ${what}, fails with the serial of what the CA has made, and is not asked for again`, async () => {
        await using ca = await startCa(name, offsetMs);
        const request = await requestFromAcme(acme.client, name, { issuer: name });
        const target = { resource: CERTIFICATE_REQUESTS, namespace: NAMESPACE, name };
        const wanted = { type: "Ready", status: "False", reason: "Failed" };
        const failed = await waitForCondition(acme.client, target, wanted);
        const [, serial] = says.exec(conditionOf(failed, "Ready")?.message ?? "") ?? [];
        assert.deepEqual(
          [serial],
          mintedFor(ca, request).map(({ serialHex }) => serialHex),
        );
        assert.equal(failed.status?.certificate, undefined);
      });
    }

    it("is 5 minutes behind, is issued", async () => {
      await using ca = await startCa("behind", -5 * MINUTE_MS);
      const request = await requestFromAcme(acme.client, "behind", { issuer: "behind" });
      await assertIssuedOnce({ client: acme.client, ca }, request);
    });
  });

  describe("the program's own clock", () => {
    it("is 5 minutes ahead, is issued", async () => {
      await setProgramClock(5 * MINUTE_MS);
      await assertIssuedOnce(acme, await requestFromAcme(acme.client, "program-ahead"));
    });

    it("is 5 minutes behind, is issued by a CA that dates back as much", async () => {
      await setProgramClock(-5 * MINUTE_MS);
      await using ca = await startCa("dates-back", -5 * MINUTE_MS);
      const request = await requestFromAcme(acme.client, "program-behind", {
        issuer: "dates-back",
      });
      await assertIssuedOnce({ client: acme.client, ca }, request);
    });

    it("is 5 s behind, is issued once its certificate is valid by that clock", async () => {
      await setProgramClock(-5 * SECOND_MS);
      const request = await requestFromAcme(acme.client, "program-late");
      await assertIssuedOnce(acme, request);
      const [leaf] = parseCertificates(mintedFor(acme.ca, request)[0]?.certificatePem ?? "");
      assert.ok(leaf);
      assert.ok(Date.now() - 5 * SECOND_MS >= leaf.notBefore.getTime());
    });
  });
});
