import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { before, beforeEach, describe, it } from "node:test";
import { ApiError, type Client, type StoreReader } from "@countersign/kube";
import {
  createCsr,
  createKeySigner,
  createSelfSignedCertificate,
  encodePem,
  type Signer,
} from "@countersign/x509";
import type { CertificateRequest } from "./certificate-request.ts";
import { certificateRequestKind } from "./certificate-request-kind.ts";
import type { Condition } from "./condition.ts";
import type { IssuerView } from "./decide.ts";
import { DEFAULT_POLICY } from "./mismatch-policy.ts";
import type { Outcome } from "./outcome.ts";
import { RequestReconciler, type SignCall } from "./request-reconciler.ts";

const GROUP = "acme.example.com";
const KEY = "default/web-1";
const APPROVED: Condition = { type: "Approved", status: "True", reason: "cert-manager.io" };

/**
 * A stand-in for the API server as far as this reconciler uses it: one request, whose status an
 * apply replaces if it names the current version. Its watch tells nothing before `catchUp`.
 */
class FakeApi {
  live: CertificateRequest | undefined;
  told: CertificateRequest | undefined;
  /** Runs before each write; throw to refuse it. */
  onWrite: () => void = () => {};
  /** Runs after each write has landed; throw to lose its answer. */
  onWritten: () => void = () => {};
  writes = 0;
  reads = 0;

  readonly store: StoreReader<CertificateRequest> = {
    size: 1,
    get: (key) => (key === KEY ? this.told : undefined),
    list: () => (this.told === undefined ? [] : [this.told]),
    keysByIndex: () => [],
  };

  readonly client = {
    get: async () => {
      this.reads += 1;
      if (this.live === undefined) throw refusal(404, "not found");
      return this.live;
    },
    applyStatus: async (_: unknown, patch: CertificateRequest) => {
      this.onWrite();
      const { live } = this;
      if (live === undefined) throw refusal(404, "not found");
      const { resourceVersion } = live.metadata;
      if (patch.metadata.resourceVersion !== resourceVersion) throw refusal(409, "changed");
      this.writes += 1;
      const kept = live.status?.conditions?.filter((each) => each.type === "Approved") ?? [];
      this.change({ ...patch.status, conditions: [...kept, ...(patch.status?.conditions ?? [])] });
      this.onWritten();
      return this.live;
    },
  } as unknown as Client;

  /** Sets the status, as anybody's write would. */
  change(status: CertificateRequest["status"]): void {
    assert.ok(this.live);
    const version = Number(this.live.metadata.resourceVersion) + 1;
    const metadata = { ...this.live.metadata, resourceVersion: String(version) };
    this.live = { ...this.live, metadata, ...(status === undefined ? {} : { status }) };
  }

  catchUp(): void {
    this.told = this.live;
  }

  get ready(): Condition | undefined {
    return this.live?.status?.conditions?.find((each) => each.type === "Ready");
  }
}

function refusal(status: number, said: string): ApiError {
  return new ApiError({ method: "PATCH", path: "/status" }, { status, said });
}

function newSigner(): Signer {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return createKeySigner(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
}

describe("RequestReconciler", () => {
  const signer = newSigner();
  let csrPem: string;
  let certificate: string;
  let api: FakeApi;
  let calls: SignCall[];
  let outcomes: Outcome[];
  let faults: string[];
  let now: Date;
  let view: Partial<IssuerView>;
  let reconciler: RequestReconciler<CertificateRequest>;
  let events: string[];
  let refusals: (string | undefined)[];
  let isIgnored: boolean;
  let onCall: (call: SignCall) => Promise<void>;

  before(async () => {
    const subject = { commonName: "web" };
    csrPem = await createCsr({ subject, signer });
    const der = await createSelfSignedCertificate({
      subject,
      signer,
      durationMs: 3_600_000,
      now: new Date("2026-01-01T00:00:00Z"),
    });
    certificate = encodePem("CERTIFICATE", der);
  });

  beforeEach(() => {
    calls = [];
    faults = [];
    events = [];
    refusals = [];
    isIgnored = false;
    onCall = async () => {};
    outcomes = [{ type: "issued", certificate }];
    now = new Date("2026-01-01T00:10:00Z");
    view = {
      issuer: {
        apiVersion: `${GROUP}/v1`,
        kind: "AcmeIssuer",
        metadata: { namespace: "default", name: "ca", generation: 1 },
        status: { conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }] },
      },
    };
    api = new FakeApi();
    api.live = request("u1", APPROVED);
    api.catchUp();
    reconciler = newReconciler();
  });

  function request(uid: string, ...conditions: Condition[]): CertificateRequest {
    return {
      apiVersion: "cert-manager.io/v1",
      kind: "CertificateRequest",
      metadata: { namespace: "default", name: "web-1", uid, resourceVersion: "10" },
      spec: {
        request: Buffer.from(csrPem).toString("base64"),
        issuerRef: { group: GROUP, kind: "AcmeIssuer", name: "ca" },
      },
      status: { conditions },
    };
  }

  function newReconciler(): RequestReconciler<CertificateRequest> {
    const silent = (): void => {};
    return new RequestReconciler({
      client: api.client,
      kind: certificateRequestKind,
      kinds: [{ group: GROUP, kind: "AcmeIssuer", plural: "acmeissuers", namespaced: true }],
      requests: api.store,
      issuers: {
        view: (key) => ({ key, ...view }),
        sign: async (call) => {
          calls.push(call);
          await onCall(call);
          const outcome = outcomes[calls.length - 1];
          assert.ok(outcome, `sign() call ${calls.length} was not expected`);
          return outcome;
        },
        reportFault: (_, message) => {
          faults.push(message);
          view = { ...view, unreportedFault: message };
        },
        reportGate: (_, refusal) => refusals.push(refusal),
        ignores: () => isIgnored,
        policyOf: () => ({ onMismatch: DEFAULT_POLICY, setCA: true }),
      },
      emitEvent: (_, { type, reason }) => events.push(`${type} ${reason}`),
      signUnapproved: false,
      fieldOwner: GROUP,
      retryBudgetMs: 600_000,
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      now: () => now,
    });
  }

  it("writes an issued certificate in one write", async () => {
    assert.deepEqual(await reconciler.reconcile(KEY), {});
    assert.equal(api.writes, 1);
    assert.equal(api.ready?.reason, "Issued");
    assert.equal(
      Buffer.from(api.live?.status?.certificate ?? "", "base64").toString(),
      certificate,
    );
  });

  it("does not sign again while the watch has not told the write (G16)", async () => {
    await reconciler.reconcile(KEY);
    await reconciler.reconcile(KEY);
    assert.equal(calls.length, 1);
    assert.equal(api.writes, 1);
  });

  it("retries a failed write with the certificate it has, not the CA (G3)", async () => {
    api.onWrite = () => {
      throw refusal(500, "webhook is down");
    };
    await assert.rejects(reconciler.reconcile(KEY), { code: "InternalError" });
    await assert.rejects(reconciler.reconcile(KEY), { code: "InternalError" });
    api.onWrite = () => {};
    await reconciler.reconcile(KEY);
    assert.equal(calls.length, 1);
    assert.equal(api.ready?.reason, "Issued");
  });

  it("retries a failed write of a permanent failure (G2)", async () => {
    outcomes = [{ type: "permanent", message: "no" }];
    api.onWrite = () => {
      throw refusal(500, "webhook is down");
    };
    await assert.rejects(reconciler.reconcile(KEY), { code: "InternalError" });
    api.onWrite = () => {};
    await reconciler.reconcile(KEY);
    assert.equal(calls.length, 1);
    assert.equal(api.ready?.reason, "Failed");
  });

  it("knows its own write again when the answer was lost, though the watch lags", async () => {
    api.onWritten = () => {
      throw new Error("socket closed");
    };
    await assert.rejects(reconciler.reconcile(KEY));
    await reconciler.reconcile(KEY);
    await reconciler.reconcile(KEY);
    assert.equal(calls.length, 1);
    assert.equal(api.writes, 1);
  });

  it("writes on the version that somebody else has changed meanwhile", async () => {
    api.change({ conditions: [APPROVED, { type: "example.com/Other", status: "True" }] });
    await reconciler.reconcile(KEY);
    assert.equal(api.reads, 1);
    assert.equal(api.ready?.reason, "Issued");
  });

  it("drops a certificate whose request was made anew under its name (G5)", async () => {
    api.live = {
      ...request("u2", APPROVED),
      metadata: { ...request("u2").metadata, resourceVersion: "20" },
    };
    await reconciler.reconcile(KEY);
    assert.equal(api.writes, 0);
    await reconciler.reconcile(KEY);
    assert.equal(calls.length, 1, "the old request is not signed again either");
    api.catchUp();
    outcomes = [
      { type: "issued", certificate },
      { type: "issued", certificate },
    ];
    await reconciler.reconcile(KEY);
    assert.equal(calls[1]?.request.uid, "u2");
    assert.equal(api.ready?.reason, "Issued");
  });

  it("drops a certificate whose request is gone", async () => {
    api.live = undefined;
    assert.deepEqual(await reconciler.reconcile(KEY), {});
    assert.deepEqual(await reconciler.reconcile(KEY), {});
    assert.equal(calls.length, 1);
  });

  it("gives up on a write that meets one conflict after another, and keeps the certificate", async () => {
    api.onWrite = () => api.change(api.live?.status);
    await assert.rejects(reconciler.reconcile(KEY), { code: "Conflict" });
    api.onWrite = () => {};
    await reconciler.reconcile(KEY);
    assert.equal(calls.length, 1);
    assert.equal(api.ready?.reason, "Issued");
  });

  it("does not call sign() before the stored time of the next attempt, also after a restart", async () => {
    outcomes = [
      { type: "transient", message: "HTTP 502" },
      { type: "issued", certificate },
    ];
    const { requeueAfterMs = 0 } = await reconciler.reconcile(KEY);
    assert.ok(requeueAfterMs >= 500 && requeueAfterMs <= 1_000);
    api.catchUp();
    reconciler = newReconciler();
    const again = await reconciler.reconcile(KEY);
    assert.equal(calls.length, 1);
    now = new Date(now.getTime() + Math.ceil(again.requeueAfterMs ?? 0));
    await reconciler.reconcile(KEY);
    assert.equal(calls[1]?.attempt, 2);
    assert.equal(api.ready?.reason, "Issued");
  });

  it("hands the order of pending() to the next call, though the watch lags", async () => {
    outcomes = [
      { type: "pending", retryAfterMs: 0, order: { id: 7 } },
      { type: "issued", certificate },
    ];
    await reconciler.reconcile(KEY);
    await reconciler.reconcile(KEY);
    assert.deepEqual(calls[1]?.order, { id: 7 });
    assert.equal(calls[0]?.idempotencyKey, calls[1]?.idempotencyKey);
  });

  it("reports a fault of the issuer and lets the request wait without a timer", async () => {
    outcomes = [{ type: "issuerAtFault", message: "HTTP 401" }];
    assert.deepEqual(await reconciler.reconcile(KEY), {});
    assert.deepEqual(faults, ["HTTP 401"]);
    assert.equal(
      api.ready?.message,
      "Waiting for AcmeIssuer default/ca, which is not ready: HTTP 401",
    );
  });

  it("fails a request whose CSR cannot be parsed, without calling sign()", async () => {
    const live = request("u1", APPROVED);
    api.live = { ...live, spec: { ...live.spec, request: "bm90IGEgQ1NS" } };
    api.catchUp();
    await reconciler.reconcile(KEY);
    assert.equal(calls.length, 0);
    assert.equal(api.ready?.reason, "Failed");
    assert.match(api.ready?.message ?? "", /^The request cannot be signed: /);
  });

  it("fails a request whose certificate is for another key, and never publishes it", async () => {
    const other = newSigner();
    const der = await createSelfSignedCertificate({
      subject: { commonName: "web" },
      signer: other,
      durationMs: 3_600_000,
      now: new Date("2026-01-01T00:00:00Z"),
    });
    outcomes = [{ type: "issued", certificate: encodePem("CERTIFICATE", der) }];
    await reconciler.reconcile(KEY);
    await reconciler.reconcile(KEY);
    assert.equal(calls.length, 1);
    assert.equal(api.ready?.reason, "Failed");
    assert.equal(api.live?.status?.certificate, undefined);
  });

  it("holds a certificate that begins a little later until then", async () => {
    now = new Date("2025-12-31T23:59:00Z");
    assert.deepEqual(await reconciler.reconcile(KEY), { requeueAfterMs: 60_000 });
    assert.equal(
      api.ready?.message,
      "The CA has issued a certificate that is valid only from 2026-01-01T00:00:00.000Z on, and is published then. Set the clocks of the CA and of this cluster.",
    );
    now = new Date("2026-01-01T00:00:00Z");
    await reconciler.reconcile(KEY);
    assert.equal(calls.length, 1);
    assert.equal(api.ready?.reason, "Issued");
  });

  it("writes nothing to a request that nobody has approved", async () => {
    api.live = request("u1");
    api.catchUp();
    assert.deepEqual(await reconciler.reconcile(KEY), {});
    assert.equal(api.writes + calls.length, 0);
  });

  it("says once that it waits for an issuer that does not exist", async () => {
    view = {};
    await reconciler.reconcile(KEY);
    api.catchUp();
    await reconciler.reconcile(KEY);
    assert.equal(api.writes, 1);
    assert.match(
      api.ready?.message ?? "",
      /^Waiting for AcmeIssuer default\/ca: it does not exist/,
    );
  });

  it("keeps an order whose write fails: the CA is not given another (G6)", async () => {
    outcomes = [
      { type: "pending", retryAfterMs: 0, order: { id: 7 } },
      { type: "issued", certificate },
    ];
    api.onWrite = () => {
      throw refusal(500, "webhook is down");
    };
    await assert.rejects(reconciler.reconcile(KEY), { code: "InternalError" });
    api.onWrite = () => {};
    assert.deepEqual(await reconciler.reconcile(KEY), { requeueAfterMs: 0 });
    assert.equal(calls.length, 1);
    await reconciler.reconcile(KEY);
    assert.deepEqual(calls[1]?.order, { id: 7 });
  });

  it("aborts the call when its request is gone, and writes nothing of it (G17)", async () => {
    onCall = async ({ signal }) => {
      assert.equal(signal.aborted, false);
      reconciler.forget(KEY, "u1");
      assert.equal(signal.aborted, true);
    };
    outcomes = [{ type: "aborted" }];
    assert.deepEqual(await reconciler.reconcile(KEY), {});
    assert.equal(api.writes, 0);
  });

  it("has the CA asked first for what another process may have had signed", async () => {
    reconciler.told(request("u1", APPROVED), { isListed: true });
    outcomes = [
      { type: "transient", message: "HTTP 502", retryAfterMs: 0 },
      { type: "issued", certificate },
    ];
    await reconciler.reconcile(KEY);
    api.catchUp();
    reconciler = newReconciler();
    await reconciler.reconcile(KEY);
    assert.deepEqual(
      calls.map((each) => each.mayBeIssued),
      [true, true],
      "first because it is older than the process, then because a call has failed",
    );
  });

  it("reads live what a leader before it may have written, before it decides (G16)", async () => {
    api.live = {
      ...request("u1", APPROVED),
      metadata: { ...request("u1").metadata, resourceVersion: "11" },
    };
    api.change({ conditions: [APPROVED, { type: "Ready", status: "True", reason: "Issued" }] });
    reconciler.takeOver("12");
    assert.deepEqual(await reconciler.reconcile(KEY), {});
    assert.equal(api.reads, 1);
    assert.equal(calls.length, 0);
  });

  it("reads live once what is older than its lead, and not what is newer", async () => {
    reconciler.takeOver("10");
    outcomes = [
      { type: "pending", retryAfterMs: 0 },
      { type: "issued", certificate },
    ];
    await reconciler.reconcile(KEY);
    await reconciler.reconcile(KEY);
    assert.equal(api.reads, 1);
    assert.equal(calls[0]?.mayBeIssued, true, "its leader before may have had it signed");
    api.catchUp();
    reconciler = newReconciler();
    reconciler.takeOver("9");
    await reconciler.reconcile(KEY);
    assert.equal(api.reads, 1);
  });

  it("does not have the CA asked before the first call for a request that it has seen arrive", async () => {
    await reconciler.reconcile(KEY);
    assert.equal(calls[0]?.mayBeIssued, false);
  });

  it("tells the issuer of a certificate that could not be published, once", async () => {
    outcomes = [{ type: "issued", certificate: "garbage" }];
    api.onWrite = () => {
      throw refusal(500, "webhook is down");
    };
    await assert.rejects(reconciler.reconcile(KEY));
    api.onWrite = () => {};
    await reconciler.reconcile(KEY);
    assert.equal(api.ready?.reason, "Failed");
    assert.equal(refusals.length, 1);
  });

  it("tells each status in one event, and none where nothing is new", async () => {
    view = {};
    await reconciler.reconcile(KEY);
    api.catchUp();
    await reconciler.reconcile(KEY);
    assert.deepEqual(events, ["Normal WaitingForIssuerExist"]);
  });

  it("tells in an event what the status cannot: that it is refused", async () => {
    api.onWrite = () => {
      throw refusal(422, "too long");
    };
    await assert.rejects(reconciler.reconcile(KEY), { code: "Invalid" });
    assert.deepEqual(events, ["Warning StatusNotWritten"]);
  });

  it("writes nothing to a request that its issuer's author ignores (G18)", async () => {
    isIgnored = true;
    view = {};
    assert.deepEqual(await reconciler.reconcile(KEY), {});
    assert.equal(api.writes + calls.length, 0);
  });
});
