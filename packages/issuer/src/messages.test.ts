import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { before, describe, it } from "node:test";
import {
  type Certificate,
  createCsr,
  createKeySigner,
  createSelfSignedCertificate,
  encodePem,
  parseCertificate,
  parseCsr,
  type Signer,
} from "@countersign/x509";
import * as z from "zod";
import { passGate } from "./certificate-gate.ts";
import type { Condition } from "./condition.ts";
import { callWithDeadline } from "./deadline.ts";
import { decide, type IssuerView } from "./decide.ts";
import { defineIssuer } from "./define-issuer.ts";
import { afterRefusal, assumeReady } from "./issuer-check.ts";
import type { HoldBack, Patience } from "./issuer-flow.ts";
import type { IssuerObject } from "./issuer-object.ts";
import { readSpec } from "./issuer-spec.ts";
import { type IssuerReport, messageOfIssuerReport } from "./issuer-status.ts";
import { DEFAULT_POLICY } from "./mismatch-policy.ts";
import { type AttemptOutcome, messageOf, outcomeOfResult, pending } from "./outcome.ts";
import { ReferencedObject } from "./reference.ts";
import { messageOfReport, type RequestReport } from "./request-report.ts";
import { judgeAttempt } from "./retry.ts";

// Every message that somebody reads on a Certificate, a request or an issuer, whole. docs/errors.md
// says of each who reads it and what is to be done; the check of that page looks for them here.

const KEY = "CAIssuer.issuers.example.com team-a/ca";

function issuer(ready?: Partial<Condition>, metadata: object = {}): IssuerView {
  const condition = { type: "Ready", status: "True" as const, observedGeneration: 2, ...ready };
  return {
    key: KEY,
    issuer: {
      apiVersion: "issuers.example.com/v1",
      kind: "CAIssuer",
      metadata: { namespace: "team-a", name: "ca", generation: 2, ...metadata },
      status: { conditions: ready === undefined ? [] : [condition] },
    },
  };
}

function waiting(view: IssuerView, heldBack?: HoldBack): string {
  const decision = decide({ phase: "open", heldBack }, view);
  assert.ok(decision.do === "wait");
  return decision.message;
}

function judged(outcome: AttemptOutcome, attempts = 0): string {
  const startedAt = new Date("2026-01-01T00:00:00Z");
  const time = startedAt.toISOString();
  const stored = { firstAttemptTime: time, lastAttemptTime: time, nextAttemptTime: time };
  const pendingSince = "2025-12-31T22:00:00.000Z";
  const isOrder = outcome.type === "pending";
  const { report } = judgeAttempt(outcome, {
    before: {
      ...stored,
      attempts,
      budgetSpentMs: attempts * 60_000,
      ...(isOrder && { pendingSince }),
    },
    startedAt,
    endedAt: startedAt,
    retryBudgetMs: 600_000,
    ...(attempts > 0 && { maxPendingMs: 3_600_000 }),
  });
  return messageOfReport(report);
}

function issuerSays(report: IssuerReport): string {
  return messageOfIssuerReport(report);
}

function thrownBy(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return messageOf(error);
  }
  assert.fail("nothing was thrown");
}

function invalidSpec(): string {
  const definition = defineIssuer({
    group: "issuers.example.com",
    version: "v1",
    kinds: { issuer: "CAIssuer" },
    spec: z.object({ secretName: z.string() }),
    check: async () => {},
    sign: async () => ({ certificate: "" }),
  });
  const { issuer: object } = issuer();
  const reading = readSpec(definition, object as IssuerObject);
  assert.ok(!reading.isValid);
  return issuerSays({ type: "failed", message: reading.message });
}

function refusedThrice(): string {
  let state = assumeReady({ uid: "i", generation: 1 });
  for (const _ of [1, 2, 3]) state = afterRefusal(state, "It is for another key.", { now: 0 });
  assert.ok(state.report.type === "notReady");
  return state.report.message;
}

const SECRET = new ReferencedObject(
  { kind: "Secret", namespace: "team-a", name: "ca" },
  new Map([["tls.crt", new Uint8Array()]]),
);

const PATIENCE: Patience = {
  until: 31_000,
  untilDate: new Date("2026-01-01T00:00:31Z"),
  message: "the CA answered 429",
  isLong: true,
};

const FAILED: AttemptOutcome = { type: "transient", message: "the CA answered 502" };
const ISSUED: RequestReport = { type: "issued", certificatePem: "", differences: [] };

const ROWS: readonly (readonly [message: string, of: () => string])[] = [
  [
    "Waiting for CAIssuer team-a/ca: it does not exist. Create it, or request again with another issuerRef.",
    () => waiting({ key: KEY }),
  ],
  [
    "Waiting for CAIssuer team-a/ca: it is being deleted. Create it anew once it is gone, or request again with another issuerRef.",
    () => waiting(issuer({}, { deletionTimestamp: "2026-01-01T00:00:00Z" })),
  ],
  [
    "Waiting for CAIssuer team-a/ca: it has not been checked yet. The request goes on by itself once it has.",
    () => waiting(issuer()),
  ],
  [
    "Waiting for CAIssuer team-a/ca: its latest change has not been checked yet. The request goes on by itself once it has.",
    () => waiting(issuer({ observedGeneration: 1 })),
  ],
  [
    "Waiting for CAIssuer team-a/ca, which is not ready: Secret team-a/ca does not exist: create it",
    () =>
      waiting(issuer({ status: "False", message: "Secret team-a/ca does not exist: create it" })),
  ],
  [
    "Waiting for CAIssuer team-a/ca, which is not ready: the CA answered 401",
    () => waiting({ ...issuer({}), unreportedFault: "the CA answered 401" }),
  ],
  [
    "Waiting for CAIssuer team-a/ca: its CA asks for patience until 2026-01-01T00:00:31.000Z. The request goes on by itself then. The CA's answer: the CA answered 429",
    () => waiting(issuer({}), { because: "patience", patience: PATIENCE }),
  ],
  [
    "Waiting for CAIssuer team-a/ca: signing has failed 5 times in a row, so that one request at a time is tried until one succeeds. The others go on by themselves then. The last failure: the CA answered 503",
    () => waiting(issuer({}), { because: "breaker", message: "the CA answered 503" }),
  ],
  [
    "Waiting for CAIssuer team-a/ca: its turn has not come: at most 8 of its requests are signed at the same time. The request goes on by itself then.",
    () => waiting(issuer({}), { because: "turn", limits: { concurrency: 8 } }),
  ],
  [
    "Waiting for CAIssuer team-a/ca: its turn has not come: at most 8 of its requests are signed at the same time, and 2.5 a second. The request goes on by itself then.",
    () =>
      waiting(issuer({}), {
        because: "turn",
        limits: { concurrency: 8, rate: { burst: 3, refillMs: 400 } },
      }),
  ],
  [
    "Waiting for the CA: it has not issued yet, and is asked again by itself",
    () => judged({ type: "pending", retryAfterMs: 1 }),
  ],
  [
    "Waiting for the CA: order 7 awaits approval",
    () => judged({ type: "pending", retryAfterMs: 1, message: "order 7 awaits approval" }),
  ],
  [
    "The CA has not issued within 1h, the longest that an order may take here: find out what holds it up there, or raise --max-pending-duration.",
    () => judged({ type: "pending", retryAfterMs: 1 }, 1),
  ],
  ["Signing failed and will be tried again: the CA answered 502", () => judged(FAILED)],
  [
    "Signing failed after 11 attempts, the retry budget of 10m (--max-retry-duration) is spent. The last attempt: the CA answered 502",
    () => judged(FAILED, 10),
  ],
  [
    "Signing was refused, and asking again for the same will not help: no such profile",
    () => judged({ type: "permanent", message: "no such profile" }),
  ],
  [
    "sign() returned pending() with an order of 3002 bytes, which must have at most 2048: tell the author of the issuer",
    () => {
      const outcome = outcomeOfResult(pending({ order: "x".repeat(3_000) }));
      return "message" in outcome ? String(outcome.message) : "";
    },
  ],
  [
    "The request was denied by an approver and will not be issued. See its condition Denied for the reason.",
    () => messageOfReport({ type: "denied" }),
  ],
  ["The certificate has been issued.", () => messageOfReport(ISSUED)],
  [
    "The certificate has been issued, and differs from what was asked for: it lasts 1h, 2h was asked for.",
    () => messageOfReport({ ...ISSUED, differences: ["it lasts 1h, 2h was asked for"] }),
  ],
  ["The issuer is being checked for the first time.", () => issuerSays({ type: "initializing" })],
  ["The issuer can issue.", () => issuerSays({ type: "ready" })],
  ["the CA answered 502", () => issuerSays({ type: "notReady", message: "the CA answered 502" })],
  [
    "The issuer cannot issue until it, or what it refers to, is changed: no such profile",
    () => issuerSays({ type: "failed", message: "no such profile" }),
  ],
  [
    "The issuer cannot issue until it, or what it refers to, is changed: its spec is not valid, correct it: spec.secretName: Invalid input: expected string, received undefined",
    invalidSpec,
  ],
  [
    "None of the CA's last 3 certificates could be published. The latest: It is for another key.",
    refusedThrice,
  ],
  ["Secret team-a/ca has no entry tls.key: add it", () => thrownBy(() => SECRET.text("tls.key"))],
  [
    "Secret team-a/ca has an empty entry tls.crt: add it",
    () => thrownBy(() => SECRET.text("tls.crt")),
  ],
];

describe("the messages of requests and issuers", () => {
  for (const [message, of] of ROWS) it(message, () => assert.equal(of(), message));

  it("sign() of CAIssuer team-a/ca gave no answer within 0.001 s, see whether its CA can be reached", async () => {
    const options = {
      what: "sign() of CAIssuer team-a/ca",
      deadlineMs: 1,
      signals: [],
      onOverdue: () => {},
    };
    const aborted = (signal: AbortSignal): Promise<never> =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      });
    await assert.rejects(callWithDeadline(aborted, options), (error) => {
      assert.equal(
        messageOf(error),
        "sign() of CAIssuer team-a/ca gave no answer within 0.001 s, see whether its CA can be reached: aborted",
      );
      return true;
    });
  });
});

describe("the messages of certificates that are not published", () => {
  const NOW = new Date("2026-06-01T00:00:00Z");
  const HOUR_MS = 3_600_000;
  const signer = newSigner();
  let csrPem: string;
  before(async () => {
    csrPem = await createCsr({ subject: { commonName: "web" }, signer });
  });

  async function refused(
    change: { signer?: Signer; now?: Date; isCA?: boolean } = {},
  ): Promise<string> {
    const certificate = await selfSigned({ signer, now: NOW, ...change });
    const asked = { csr: parseCsr(csrPem), isCA: false, durationMs: HOUR_MS, usages: [] };
    const pem = encodePem("CERTIFICATE", certificate.der);
    const verdict = passGate({ certificate: pem }, { asked, policy: DEFAULT_POLICY, now: NOW });
    assert.ok(verdict.gate === "refused");
    return verdict.message.replace(certificate.serialHex, "5e41a1");
  }

  async function selfSigned(options: {
    signer: Signer;
    now: Date;
    isCA?: boolean;
  }): Promise<Certificate> {
    const subject = { commonName: "web" };
    return parseCertificate(
      await createSelfSignedCertificate({ subject, durationMs: HOUR_MS, ...options }),
    );
  }

  const rows: readonly (readonly [message: string, of: () => Promise<string>])[] = [
    [
      "The CA's certificate is not published because it is for another key than the request's (serial 5e41a1). Have it revoked, and see why the CA signs for that key.",
      () => refused({ signer: newSigner() }),
    ],
    [
      "The CA's certificate is not published because it ended on 2026-05-31T23:00:00.000Z (serial 5e41a1). Set the clocks of the CA and of this cluster.",
      () => refused({ now: new Date(NOW.getTime() - 2 * HOUR_MS) }),
    ],
    [
      "The CA's certificate is not published because it begins only on 2026-06-01T01:00:00.000Z (serial 5e41a1). Set the clocks of the CA and of this cluster.",
      () => refused({ now: new Date(NOW.getTime() + HOUR_MS) }),
    ],
    [
      "The CA's certificate is not published because it is not what was asked for: it is a CA's, which was not asked for (serial 5e41a1). Have it revoked, and request what the CA grants or have the CA grant what is requested.",
      () => refused({ isCA: true }),
    ],
  ];
  for (const [message, of] of rows) it(message, async () => assert.equal(await of(), message));

  it("The CA's certificate is not published because it cannot be read (Cannot parse certificates: input has no PEM block, must have one labelled CERTIFICATE). See what the CA answers.", () => {
    const asked = { csr: parseCsr(csrPem), isCA: false, durationMs: HOUR_MS, usages: [] };
    const verdict = passGate(
      { certificate: "<html>" },
      { asked, policy: DEFAULT_POLICY, now: NOW },
    );
    assert.deepEqual(verdict, {
      gate: "refused",
      message:
        "The CA's certificate is not published because it cannot be read (Cannot parse certificates: input has no PEM block, must have one labelled CERTIFICATE). See what the CA answers.",
    });
  });
});

function newSigner(): Signer {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return createKeySigner(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
}
