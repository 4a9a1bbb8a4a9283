// check() and sign() against the CA of ca.ts, without a cluster: `npm test`.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type TriedIssuer, tryIssuer } from "@countersign/issuer/testing";
import type { FakeCa } from "@countersign/testing";
import { startCa } from "./ca.ts";
import issuer from "./issuer.ts";

const TOKEN = "t0p-s3cret";

describe("SampleIssuer", { timeout: 60_000 }, () => {
  let ca: FakeCa;
  let tried: TriedIssuer;

  const withToken = (token: string): TriedIssuer =>
    tryIssuer(issuer, {
      spec: { url: ca.url, authSecretName: "ca" },
      secrets: { ca: { token } },
    });

  before(async () => {
    process.env.ALLOW_LOOPBACK_CA = "true"; // this test's CA is on this machine
    ca = await startCa({ token: TOKEN });
    tried = withToken(TOKEN);
  });
  after(() => ca[Symbol.asyncDispose]());

  test("is ready when the CA knows its token", async () => {
    assert.equal((await tried.check()).type, "ready");
  });

  test("is not ready with another token, and says so without showing it", async () => {
    const report = await withToken("an-0ld-one").check();
    assert.equal(report.type, "notReady");
    assert.match(report.message, /answered 401/);
    assert.doesNotMatch(report.message, /an-0ld-one/);
  });

  test("issues what was asked for, with the CA's certificate beside it", async () => {
    const result = await tried.sign({ dnsNames: ["www.example.com"], durationMs: 86_400_000 });
    assert.equal(result.type, "issued");
    assert.equal(result.caPem, ca.caPem);
  });

  test("issues once for a request, however often it is asked", async () => {
    await tried.sign({ uid: "a-request" });
    const { csrPem } = ca.calls.at(-1) ?? {};
    assert.ok(csrPem);
    await tried.sign({ uid: "a-request", csrPem, attempt: 2 });
    const keys = ca.minted.map(({ idempotencyKey }) => idempotencyKey);
    assert.equal(keys.filter((key) => key.startsWith("a-request-")).length, 1);
  });

  test("waits for an order, and gets its certificate", async () => {
    const first = await tried.sign({ dnsNames: ["order.example.com"] });
    assert.equal(first.type, "pending");
    assert.ok(first.order !== undefined);
    const { csrPem } = ca.calls.at(-1) ?? {};
    assert.ok(csrPem);
    const next = { csrPem, order: first.order };
    assert.equal((await tried.sign(next)).type, "pending");
    assert.equal((await tried.sign(next)).type, "issued");
  });

  const rows: [name: string, type: string, said: RegExp][] = [
    ["busy.example.com", "transient", /answered 429: too many requests/],
    ["down.example.com", "transient", /answered 503: down for a moment/],
    ["lost.example.com", "transient", /It may have got the call/],
    ["refused.example.com", "permanent", /answered 422: this name is not allowed/],
    ["forbidden.example.com", "issuerAtFault", /answered 403: this token may not do that/],
  ];
  for (const [name, type, said] of rows) {
    test(`takes what the CA does with ${name} as ${type}`, async () => {
      const result = await tried.sign({ dnsNames: [name] });
      assert.equal(result.type, type);
      assert.match("message" in result ? (result.message ?? "") : "", said);
    });
  }

  test("ends a request whose order the CA has forgotten", async () => {
    assert.equal((await tried.sign({ order: "0" })).type, "permanent");
  });
});
