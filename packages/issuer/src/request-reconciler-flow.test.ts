import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { before, beforeEach, describe, it } from "node:test";
import type { Client } from "@countersign/kube";
import { createCsr, createKeySigner } from "@countersign/x509";
import type { CertificateRequest } from "./certificate-request.ts";
import { certificateRequestKind } from "./certificate-request-kind.ts";
import { findCondition } from "./condition.ts";
import { IssuerFlows } from "./issuer-flows.ts";
import { type IssuerKey, issuerKeyIn } from "./issuer-ref.ts";
import { DEFAULT_POLICY } from "./mismatch-policy.ts";
import type { Outcome } from "./outcome.ts";
import { RequestReconciler } from "./request-reconciler.ts";

const GROUP = "acme.example.com";
const KIND = { group: GROUP, kind: "AcmeIssuer", plural: "acmeissuers", namespaced: true };
const ISSUER: IssuerKey = issuerKeyIn(KIND, { namespace: "default", name: "ca" });
const FAILED: Outcome = { type: "transient", message: "HTTP 503" };

// What a request does while others of its issuer may call, and it may not.
describe("RequestReconciler with limits", () => {
  let encodedCsr: string;
  let requests: Map<string, CertificateRequest>;
  let writes: string[];
  let woken: string[];
  let clock: number;
  let flows: IssuerFlows;
  let outcome: () => Promise<Outcome>;
  let reconciler: RequestReconciler<CertificateRequest>;

  before(async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const signer = createKeySigner(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
    const pem = await createCsr({ subject: { commonName: "web" }, signer });
    encodedCsr = Buffer.from(pem).toString("base64");
  });

  beforeEach(() => {
    requests = new Map(["a", "b", "c"].map((name) => [`default/${name}`, request(name)]));
    writes = [];
    woken = [];
    clock = 0;
    outcome = async () => FAILED;
    flows = new IssuerFlows({
      limitsOf: () => ({ concurrency: 1 }),
      onChange: () => {},
      now: () => clock,
      date,
      random: () => 0,
    });
    reconciler = newReconciler();
  });

  function request(name: string): CertificateRequest {
    return {
      apiVersion: "cert-manager.io/v1",
      kind: "CertificateRequest",
      metadata: { namespace: "default", name, uid: name, resourceVersion: "1" },
      spec: {
        request: encodedCsr,
        issuerRef: { group: GROUP, kind: "AcmeIssuer", name: "ca" },
      },
      status: { conditions: [{ type: "Approved", status: "True" }] },
    };
  }

  function newReconciler(): RequestReconciler<CertificateRequest> {
    const silent = (): void => {};
    const ready = { type: "Ready", status: "True", observedGeneration: 1 } as const;
    const issuer = {
      apiVersion: `${GROUP}/v1`,
      kind: "AcmeIssuer",
      metadata: { namespace: "default", name: "ca", generation: 1 },
      status: { conditions: [ready] },
    };
    return new RequestReconciler({
      client: {
        applyStatus: async (_: unknown, patch: CertificateRequest) => apply(patch),
      } as unknown as Client,
      kind: certificateRequestKind,
      kinds: [KIND],
      requests: { size: 0, get: (key) => requests.get(key), list: () => [], keysByIndex: () => [] },
      issuers: {
        view: (key) => ({ key, issuer }),
        sign: () => outcome(),
        reportFault: silent,
        reportGate: silent,
        ignores: () => false,
        policyOf: () => ({ onMismatch: DEFAULT_POLICY, setCA: true }),
      },
      flows,
      enqueue: (key) => woken.push(key),
      emitEvent: silent,
      signUnapproved: false,
      fieldOwner: GROUP,
      retryBudgetMs: 600_000,
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      now: date,
    });
  }

  function apply(patch: CertificateRequest): CertificateRequest {
    const { name, namespace } = patch.metadata;
    const before = requests.get(`${namespace}/${name}`);
    assert.ok(before);
    writes.push(name);
    const version = String(Number(before.metadata.resourceVersion) + 1);
    const conditions = [
      { type: "Approved", status: "True" } as const,
      ...(patch.status?.conditions ?? []),
    ];
    const after = {
      ...before,
      metadata: { ...before.metadata, resourceVersion: version },
      status: { conditions },
    };
    requests.set(`${namespace}/${name}`, after);
    return after;
  }

  function date(): Date {
    return new Date(Date.UTC(2026, 0, 1) + clock);
  }

  function open(): void {
    for (const id of ["x", "y", "x", "y", "x"]) {
      const waiter = { id, namespace: "", approvedAt: "", createdAt: "", wake: () => {} };
      flows.enter(ISSUER, waiter)?.end(FAILED);
    }
  }

  it("puts a request aside without a write, and has it looked at when a call ends", async () => {
    const calling = Promise.withResolvers<Outcome>();
    outcome = () => calling.promise;
    const first = reconciler.reconcile("default/a");
    const { requeueAfterMs = 0 } = await reconciler.reconcile("default/b");
    assert.ok(requeueAfterMs >= 30_000 && requeueAfterMs < 60_000, String(requeueAfterMs));
    assert.deepEqual([writes, woken], [[], []]);
    calling.resolve({ type: "aborted" });
    await first;
    assert.deepEqual(woken, ["default/b"]);
  });

  it("says once why a request waits that stands in line for long, and signs it in its turn", async () => {
    const calling = Promise.withResolvers<Outcome>();
    outcome = () => calling.promise;
    const first = reconciler.reconcile("default/a");
    await reconciler.reconcile("default/b");
    clock = 29_999;
    await reconciler.reconcile("default/b");
    assert.deepEqual(writes, []);
    clock = 30_000;
    await reconciler.reconcile("default/b");
    await reconciler.reconcile("default/b");
    assert.deepEqual(writes, ["b"]);
    const ready = findCondition(requests.get("default/b")?.status?.conditions, "Ready");
    assert.match(ready?.message ?? "", /its turn has not come: at most 1 of its requests/);
    calling.resolve({ type: "aborted" });
    await first;
    assert.deepEqual(woken, ["default/b"]);
    let calls = 0;
    outcome = async () => {
      calls += 1;
      return FAILED;
    };
    await reconciler.reconcile("default/b");
    assert.equal(calls, 1);
  });

  it("gives its turn on when it is gone by then", async () => {
    const calling = Promise.withResolvers<Outcome>();
    outcome = () => calling.promise;
    const first = reconciler.reconcile("default/a");
    await reconciler.reconcile("default/b");
    await reconciler.reconcile("default/c");
    requests.delete("default/b");
    calling.resolve({ type: "aborted" });
    await first;
    await reconciler.reconcile("default/b");
    assert.deepEqual(woken, ["default/b", "default/c"]);
  });

  it("says once that the breaker is open", async () => {
    open();
    await reconciler.reconcile("default/a");
    await reconciler.reconcile("default/a");
    assert.deepEqual(writes, ["a"]);
    const ready = findCondition(requests.get("default/a")?.status?.conditions, "Ready");
    assert.match(ready?.message ?? "", /: signing has failed 5 times in a row, .*: HTTP 503$/);
  });

  it("spends no budget on the wait for a breaker to close", async () => {
    await reconciler.reconcile("default/a");
    clock = 100;
    open();
    clock = 5_100;
    await reconciler.reconcile("default/a");
    const attempt = certificateRequestKind.attemptOf(
      requests.get("default/a") ?? request("a"),
      GROUP,
    );
    assert.equal(attempt?.attempts, 2, "it was the probe");
    assert.equal(attempt?.budgetSpentMs, 0);
    assert.equal(flows.heldBack(ISSUER, "z")?.because, "breaker");
  });
});
