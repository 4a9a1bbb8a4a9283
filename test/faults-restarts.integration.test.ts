import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { CERTIFICATE_REQUESTS, poll, SECRETS } from "@countersign/testing";
import { acmeSecretName } from "./cluster/acme.ts";
import {
  createIssuerOf,
  type FaultyAcme,
  NAMESPACE,
  ORDERING,
  requestFromAcme,
  startFaultyAcme,
  waitForIssuer,
} from "./cluster/faulty-acme.ts";
import { mintedFor, signCallsOf, waitForIssued } from "./cluster/issued.ts";
import { conditionOf, waitFor } from "./cluster/wait.ts";

const ATTEMPT = "acme.example.com/Attempt";

describe("a program that", () => {
  let acme: FaultyAcme;
  before(async () => {
    acme = await startFaultyAcme({ program: ORDERING, ca: { isIdempotent: true } });
  });
  after(() => acme[Symbol.asyncDispose]());

  // What a result held in memory cannot survive (W1): the idempotency key is the same after the
  // restart, so that a CA which knows it issues once (W18).
  it("is killed between the CA's answer and its write publishes the CA's only certificate", async () => {
    const write = acme.proxy.addRule({
      method: "PATCH",
      path: /\/certificaterequests\/killed\/status$/,
      when: ({ body }) => body.includes('"certificate"'),
      fault: { do: "hold", until: new Promise(() => {}) },
    });
    const request = await requestFromAcme(acme.client, "killed");
    await poll("the write to begin", async () => write.hits[0], { timeoutMs: 60_000 });
    assert.equal(mintedFor(acme.ca, request).length, 1);
    await kill();
    write.remove();
    await acme.program.restart();

    const { serialHex } = await waitForIssued(acme.client, request);
    const keys = signCallsOf(acme.ca, request).map(({ idempotencyKey }) => idempotencyKey);
    assert.equal(keys.length, 2);
    assert.equal(new Set(keys).size, 1);
    const serials = mintedFor(acme.ca, request).map((minted) => minted.serialHex);
    assert.deepEqual(serials, [serialHex]);
  });

  // Nobody can tell whether a call that was cut off has been served: the key tells the CA (W18).
  it("never hears the CA's answer asks again with the same key, and gets the same certificate", async () => {
    let answers = 0;
    acme.ca.behave(({ kind }) => {
      if (kind === "health") return { do: "ok" };
      answers += 1;
      return { do: answers === 1 ? "loseAnswer" : "ok" };
    });
    const request = await requestFromAcme(acme.client, "unheard");
    const { serialHex } = await waitForIssued(acme.client, request);
    assert.equal(signCallsOf(acme.ca, request).length, 2);
    const serials = mintedFor(acme.ca, request).map((minted) => minted.serialHex);
    assert.deepEqual(serials, [serialHex]);
    acme.ca.behave();
  });

  // G6: issuer-lib applies only what a reconcile has set, so that the condition with the order's
  // number goes with the next write that does not repeat it, and the order is placed anew.
  it("is killed while the CA works on an order asks for that order, and places no other", async () => {
    await createIssuerOf(acme.ca, { client: acme.client, name: "slow" });
    await waitForIssuer(acme.client, "slow", "True");
    acme.ca.behave(({ kind }) => ({ do: kind === "health" ? "ok" : "accept" }));
    const request = await requestFromAcme(acme.client, "ordered", { issuer: "slow" });
    const target = { resource: CERTIFICATE_REQUESTS, namespace: NAMESPACE, name: "ordered" };
    const ordered = await waitFor(
      acme.client,
      target,
      (each) => conditionOf(each, ATTEMPT) !== undefined,
    );
    const { order } = JSON.parse(conditionOf(ordered, ATTEMPT)?.message ?? "");
    assert.equal(order, "1");

    // A further write, of something else: the issuer is not Ready.
    acme.ca.behave(({ kind }) =>
      kind === "health" ? { do: "refuse", status: 503 } : { do: "accept" },
    );
    // A change of its Secret has it checked again.
    await acme.client.mergePatch(
      SECRETS,
      { namespace: NAMESPACE, name: acmeSecretName("slow") },
      { metadata: { labels: { touched: "yes" } } },
    );
    await waitForIssuer(acme.client, "slow", "False");
    const waiting = await waitFor(acme.client, target, (each) =>
      (conditionOf(each, "Ready")?.message ?? "").includes("503"),
    );
    assert.equal(JSON.parse(conditionOf(waiting, ATTEMPT)?.message ?? "").order, "1");

    await kill();
    await acme.program.restart();
    acme.ca.behave();
    await waitForIssued(acme.client, request);
    assert.equal(signCallsOf(acme.ca, request).length, 1);
    assert.equal(mintedFor(acme.ca, request).length, 1);
  });

  // G3 for orders: what the CA has accepted is as good as what it has issued, and held as long.
  it("cannot write the number of an order asks for that order all the same", async () => {
    acme.ca.behave(({ kind }) => ({ do: kind === "sign" ? "accept" : "ok" }));
    const rule = acme.proxy.addRule({
      method: "PATCH",
      path: /\/certificaterequests\/unnumbered\/status$/,
      times: 2,
      fault: { do: "answer", status: 500 },
    });
    const request = await requestFromAcme(acme.client, "unnumbered");
    await waitForIssued(acme.client, request);
    assert.equal(rule.hits.length, 2);
    assert.equal(signCallsOf(acme.ca, request).length, 1);
    acme.ca.behave();
  });

  async function kill(): Promise<void> {
    const { process } = acme.program;
    process.signal("SIGKILL");
    await process.exited;
  }
});
