import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { before, describe, it } from "node:test";
import {
  defineIssuer,
  type Issued,
  kindsOf,
  type Pending,
  PermanentError,
  pending,
  type SignContext,
  type SigningRequest,
} from "@countersign/issuer";
import type { CalledIssuer } from "@countersign/issuer/inspect";
import {
  createCsr,
  createKeySigner,
  createSelfSignedCertificate,
  encodePem,
  parseCsr,
  type Signer,
} from "@countersign/x509";
import * as z from "zod";
import { createFileClient } from "./file-client.ts";
import { type Rehearsal, rehearse } from "./rehearse.ts";

type Sign = (context: SignContext<{ secretName: string }>) => Promise<Issued | Pending>;

const HOUR_MS = 3_600_000;
const silent = (): void => {};

describe("rehearse()", () => {
  let request: SigningRequest;
  let signer: Signer;

  before(async () => {
    signer = newSigner();
    const csrPem = await createCsr({ subject: { commonName: "web" }, signer });
    request = {
      namespace: "default",
      name: "web",
      uid: "1",
      csrPem,
      csr: parseCsr(csrPem),
      durationMs: HOUR_MS,
      isCA: false,
      usages: ["digital signature"],
      groups: [],
      annotations: {},
    };
  });

  function newSigner(): Signer {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    return createKeySigner(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
  }

  /** A certificate that signs itself: the gate asks for its key, its time and its names alone. */
  async function certificateOf(key: Signer, commonName = "web"): Promise<string> {
    const durationMs = HOUR_MS;
    const options = { subject: { commonName }, signer: key, isCA: false, durationMs };
    const der = await createSelfSignedCertificate({ ...options, now: new Date() });
    return encodePem("CERTIFICATE", der);
  }

  function run(sign: Sign, options: { waitMs?: number; spec?: object } = {}): Promise<Rehearsal> {
    const definition = defineIssuer({
      group: "acme.example.com",
      version: "v1",
      kinds: { issuer: "AcmeIssuer" },
      spec: z.object({ secretName: z.string() }),
      async check({ issuer, secret }) {
        (await secret(issuer.spec.secretName)).text("token");
      },
      sign,
    });
    const [kind] = kindsOf([definition]);
    assert.ok(kind);
    const metadata = { namespace: "default", name: "acme" };
    const target: CalledIssuer = {
      key: "AcmeIssuer.acme.example.com default/acme",
      kind,
      issuer: {
        apiVersion: "acme.example.com/v1",
        kind: "AcmeIssuer",
        metadata,
        spec: options.spec ?? { secretName: "token" },
      },
    };
    const token = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "token" },
      stringData: { token: "t" },
    };
    return rehearse(target, request, {
      client: createFileClient([token]),
      clusterResourceNamespace: undefined,
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      signal: new AbortController().signal,
      waitMs: options.waitMs ?? 0,
      now: () => new Date(),
    });
  }

  const never: Sign = async () => {
    throw new Error("sign() was called");
  };

  it("ends at the check when the spec is not valid, or what it refers to is missing", async () => {
    const wrong = await run(never, { spec: {} });
    assert.ok(wrong.ended === "check" && wrong.check.type === "failed");
    assert.match(wrong.check.message, /its spec is not valid, correct it: spec\.secretName/);
    const missing = await run(never, { spec: { secretName: "other" } });
    assert.ok(missing.ended === "check" && missing.check.type === "notReady");
    assert.match(missing.check.message, /Secret default\/other is in none of the files/);
  });

  it("tells how sign() failed, and does not try again", async () => {
    let calls = 0;
    const ended = await run(async () => {
      calls += 1;
      throw new PermanentError("no such name");
    });
    assert.ok(ended.ended === "sign");
    assert.deepEqual(ended.outcome, { type: "permanent", message: "no such name" });
    assert.equal(calls, 1);
  });

  /** Takes the order twice, and issues the third time. */
  function slow(seen: unknown[]): Sign {
    return async ({ attempt, order }) => {
      seen.push([attempt, order]);
      if (attempt < 3) return pending({ retryAfterMs: 0, order: attempt });
      return { certificate: await certificateOf(signer) };
    };
  }

  it("waits for a CA that takes its time, with the order that it was given", async () => {
    const seen: unknown[] = [];
    const ended = await run(slow(seen), { waitMs: HOUR_MS });
    assert.ok(ended.ended === "gate" && ended.verdict.gate === "passed");
    assert.deepEqual(seen, [
      [1, undefined],
      [2, 1],
      [3, 2],
    ]);
  });

  it("does not wait unless it is told to", async () => {
    const ended = await run(async () => pending({ retryAfterMs: 1_000 }));
    assert.ok(ended.ended === "sign" && ended.outcome.type === "pending");
  });

  it("has the gate judge what came back: a certificate for another key is refused", async () => {
    const ended = await run(async () => ({ certificate: await certificateOf(newSigner()) }));
    assert.ok(ended.ended === "gate" && ended.verdict.gate === "refused");
    assert.match(ended.verdict.message, /it is for another key than the request's/);
  });

  it("shows what cannot be read as nothing, with the gate's reason", async () => {
    const ended = await run(async () => ({ certificate: "<html>" }));
    assert.ok(ended.ended === "gate" && ended.verdict.gate === "refused");
    assert.deepEqual([ended.issued, ended.differences], [[], []]);
  });

  it("lists each difference with the policy's reaction, also one that is accepted", async () => {
    const ended = await run(async () => ({ certificate: await certificateOf(signer, "other") }));
    assert.ok(ended.ended === "gate");
    const reactions = ended.differences.map(({ aspect, reaction }) => `${aspect} ${reaction}`);
    assert.ok(reactions.includes("subject accept"), reactions.join(", "));
  });
});
