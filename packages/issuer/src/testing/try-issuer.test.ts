import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseCsr } from "@countersign/x509";
import * as z from "zod";
import { defineIssuer, type SignContext } from "../define-issuer.ts";
import { type Issued, IssuerError, type Pending, PermanentError, pending } from "../outcome.ts";
import { createTlsAuthority } from "../testdata/tls-authority.ts";
import { tryIssuer } from "./try-issuer.ts";

type Spec = { url: string; authSecretName: string };
type Sign = (context: SignContext<Spec>) => Promise<Issued | Pending>;

function trying(sign: Sign, check: () => void = () => {}): ReturnType<typeof tryIssuer> {
  const definition = defineIssuer({
    group: "acme.example.com",
    version: "v1",
    kinds: { issuer: "AcmeIssuer", clusterIssuer: "AcmeClusterIssuer" },
    spec: z.object({ url: z.url(), authSecretName: z.string().default("ca") }),
    check: async () => check(),
    sign,
  });
  return tryIssuer(definition, {
    spec: { url: "https://ca.example.com" },
    secrets: { ca: { token: "t0p-s3cret" } },
    configMaps: { bundle: { "ca.crt": "pem" } },
  });
}

describe("tryIssuer()", () => {
  test("gives sign() what a controller gives it", async () => {
    let seen: SignContext<Spec> | undefined;
    const tried = trying(async (context) => {
      seen = context;
      const token = (await context.secret(context.issuer.spec.authSecretName)).text("token");
      const bundle = (await context.configMap("bundle")).text("ca.crt");
      return pending({ retryAfterMs: 5, order: { token, bundle } });
    });
    const result = await tried.sign({ dnsNames: ["a.example.com"], order: "1", attempt: 2 });
    const order = { token: "t0p-s3cret", bundle: "pem" };
    assert.deepEqual(result, { type: "pending", retryAfterMs: 5, order });
    assert.equal(seen?.issuer.spec.authSecretName, "ca");
    assert.equal(seen?.issuer.namespace, "default");
    assert.deepEqual([seen?.order, seen?.attempt], ["1", 2]);
    const names = parseCsr(seen?.request.csrPem ?? "").subjectAltNames;
    assert.deepEqual(
      names.map(({ value }) => value),
      ["a.example.com"],
    );
  });

  test("gives the same request the same idempotency key", async () => {
    const keys: string[] = [];
    const tried = trying(async ({ idempotencyKey, request }) => {
      keys.push(idempotencyKey);
      return pending({ order: request.csrPem });
    });
    const first = await tried.sign({ uid: "u" });
    assert.ok(first.type === "pending" && typeof first.order === "string");
    await tried.sign({ uid: "u", csrPem: first.order });
    await tried.sign({ csrPem: first.order });
    assert.equal(keys[0], keys[1]);
    assert.notEqual(keys[0], keys[2]);
  });

  test("tells each outcome, and each report of check()", async () => {
    const rows: [thrown: Error, outcome: string, report: string][] = [
      [new Error("no"), "transient", "notReady"],
      [new IssuerError("no"), "issuerAtFault", "notReady"],
      [new PermanentError("no"), "permanent", "failed"],
    ];
    for (const [thrown, outcome, report] of rows) {
      const fail = (): never => {
        throw thrown;
      };
      const tried = trying(async () => fail(), fail);
      assert.deepEqual(await tried.sign(), { type: outcome, message: "no" });
      assert.deepEqual(await tried.check(), { type: report, message: "no" });
    }
  });

  test("publishes no certificate for another key", async () => {
    const authority = await createTlsAuthority("CA");
    const { certPem } = await authority.issue("www.example.com");
    const result = await trying(async () => ({ certificate: certPem })).sign();
    assert.equal(result.type, "refused");
    assert.match(result.message, /it is for another key than the request's/);
  });

  test("says which Secret there is not", async () => {
    const tried = trying(async ({ secret }) => ({ certificate: (await secret("x")).text("y") }));
    const message = "Secret default/x does not exist: create it";
    assert.deepEqual(await tried.sign(), { type: "issuerAtFault", message });
  });
});
