import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { createCsr, createKeySigner, parseCertificates, verifySignedBy } from "@countersign/x509";
import { generateKey } from "../control-plane/authority.ts";
import { type FakeCa, startFakeCa } from "./fake-ca.ts";

const TOKEN = "token";

function newCsr(): Promise<string> {
  const signer = createKeySigner(generateKey().keyPem);
  return createCsr({ subject: { commonName: "web" }, dnsNames: ["web.example.com"], signer });
}

describe("startFakeCa()", { timeout: 30_000 }, () => {
  let ca: FakeCa;
  let csrPem: string;

  beforeEach(async () => {
    ca = await startFakeCa({ token: TOKEN, isIdempotent: true });
    csrPem = await newCsr();
  });
  afterEach(() => ca[Symbol.asyncDispose]());

  async function call(path: string, body?: string, token = TOKEN): Promise<[number, string]> {
    const answer = await fetch(`${ca.url}${path}`, {
      headers: { authorization: `Bearer ${token}`, "idempotency-key": "key" },
      ...(body === undefined ? {} : { method: "POST", body }),
    });
    return [answer.status, await answer.text()];
  }

  test("issues what it is sent, and remembers call and certificate", async () => {
    assert.deepEqual(await call("/health"), [200, "ok"]);
    const [status, chainPem] = await call("/sign", csrPem);
    assert.equal(status, 200);
    const [leaf, root] = parseCertificates(chainPem);
    assert.ok(leaf && root);
    assert.ok(verifySignedBy(leaf, root));
    const asked = { token: TOKEN, idempotencyKey: "key" };
    assert.deepEqual(ca.calls, [
      { number: 1, kind: "health", ...asked, csrPem: "" },
      { number: 2, kind: "sign", ...asked, csrPem },
    ]);
    assert.deepEqual(
      ca.minted.map(({ idempotencyKey, serialHex }) => [idempotencyKey, serialHex]),
      [["key", leaf.serialHex]],
    );
  });

  test("answers as it is told, call by call, and issues again when told no more", async () => {
    ca.behave(({ kind }) =>
      kind === "health" ? { do: "ok" } : { do: "refuse", status: 503, text: "closed" },
    );
    assert.deepEqual(await call("/health"), [200, "ok"]);
    assert.deepEqual(await call("/sign", csrPem), [503, "closed"]);
    assert.deepEqual(ca.minted, []);
    ca.behave();
    assert.equal((await call("/sign", csrPem))[0], 200);
  });

  test("hangs as long as its behaviour does not decide", async () => {
    const hanging = Promise.withResolvers<{ do: "ok" }>();
    ca.behave(() => hanging.promise);
    const calling = call("/sign", csrPem);
    const first = await Promise.race([calling, new Promise((resolve) => setImmediate(resolve))]);
    assert.equal(first, undefined);
    hanging.resolve({ do: "ok" });
    assert.equal((await calling)[0], 200);
  });

  test("loses its answer after it has issued", async () => {
    ca.behave(() => ({ do: "loseAnswer" }));
    await assert.rejects(call("/sign", csrPem));
    assert.equal(ca.minted.length, 1);
  });

  test("takes an order, the same for the same key, and issues when it is polled", async () => {
    ca.behave(() => ({ do: "accept" }));
    assert.deepEqual(await call("/sign", csrPem), [202, "1"]);
    assert.deepEqual(await call("/sign", csrPem), [202, "1"]);
    assert.deepEqual(await call("/orders/1"), [202, "1"]);
    assert.deepEqual(ca.minted, []);
    ca.behave();
    const [status] = await call("/orders/1");
    assert.equal(status, 200);
    assert.deepEqual(
      ca.calls.map(({ kind }) => kind),
      ["sign", "sign", "poll", "poll"],
    );
    assert.equal(ca.minted.length, 1);
  });

  test("knows its callers by the token of now", async () => {
    ca.changeToken("new");
    assert.deepEqual(await call("/health"), [401, "unknown token"]);
    assert.deepEqual(await call("/health", undefined, "new"), [200, "ok"]);
    assert.deepEqual(
      ca.calls.map(({ token }) => token),
      [TOKEN, "new"],
    );
  });

  test("says so when it is asked for what it has not", async () => {
    assert.deepEqual(await call("/orders/7"), [404, "no such path"]);
    const [status] = await call("/sign", "words");
    assert.equal(status, 400);
  });
});
