import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { before, beforeEach, describe, it } from "node:test";
import { ApiError, type Client, type StoreReader } from "@countersign/kube";
import { createCsr, createKeySigner } from "@countersign/x509";
import type { CertificateRequest } from "./certificate-request.ts";
import { certificateRequestKind } from "./certificate-request-kind.ts";
import type { IssuerObject } from "./issuer-object.ts";
import { DEFAULT_POLICY } from "./mismatch-policy.ts";
import type { Outcome } from "./outcome.ts";
import { RequestReconciler } from "./request-reconciler.ts";
import { ShardMap } from "./shard-map.ts";
import { SlotWork } from "./slot-work.ts";

const GROUP = "acme.example.com";
const ISSUER = `AcmeIssuer.${GROUP} default/ca`;
const KEY = "default/web";

// The CA answers when the test says so, so that what is under way can be seen.
describe("RequestReconciler, of whose requests a part is this replica's", () => {
  const map = new ShardMap();
  const slot = map.slotOfIssuer(ISSUER);
  let csrPem: string;
  let work: SlotWork;
  let request: CertificateRequest;
  let calls: number;
  let reads: number;
  let writes: number;
  let answer: PromiseWithResolvers<Outcome>;
  let refuses: boolean;
  let reconciler: RequestReconciler<CertificateRequest>;

  before(async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const signer = createKeySigner(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
    csrPem = await createCsr({ subject: { commonName: "web" }, signer });
  });

  beforeEach(() => {
    work = new SlotWork();
    calls = 0;
    reads = 0;
    writes = 0;
    refuses = false;
    answer = Promise.withResolvers();
    request = approvedRequest(csrPem);
    const client = {
      get: async () => {
        reads += 1;
        return request;
      },
      applyStatus: async () => {
        writes += 1;
        if (refuses)
          throw new ApiError({ method: "PATCH", path: "/" }, { status: 500, said: "no" });
        return request;
      },
    } as unknown as Client;
    const requests: StoreReader<CertificateRequest> = {
      size: 1,
      get: (key) => (key === KEY ? request : undefined),
      list: () => [request],
      keysByIndex: () => [],
    };
    const silent = (): void => {};
    reconciler = new RequestReconciler({
      client,
      kind: certificateRequestKind,
      requests,
      kinds: [{ group: GROUP, kind: "AcmeIssuer", plural: "acmeissuers", namespaced: true }],
      fieldOwner: GROUP,
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      emitEvent: silent,
      signUnapproved: false,
      retryBudgetMs: 60_000,
      ownership: { map, work },
      issuers: {
        view: (key) => ({ key, issuer: readyIssuer() }),
        ignores: () => false,
        policyOf: () => ({ onMismatch: DEFAULT_POLICY, setCA: true }),
        sign: () => {
          calls += 1;
          return answer.promise;
        },
        reportFault: silent,
        reportGate: silent,
      },
    });
  });

  const end = (): Promise<boolean> =>
    work.end(slot, { withinMs: 60_000, signal: new AbortController().signal });

  it("leaves alone what is another's: no read, no call, no write", async () => {
    reconciler.takeOver("100");
    assert.deepEqual(await reconciler.reconcile(KEY), {});
    assert.deepEqual([reads, calls, writes], [0, 0, 0]);
  });

  it("has a call under way end, and its result written, before its slot has ended", async () => {
    work.open([slot]);
    const reconciled = reconciler.reconcile(KEY);
    while (calls === 0) await new Promise((resolve) => setImmediate(resolve));
    let hasEnded = false;
    const ended = end().then((isEnded) => {
      hasEnded = isEnded;
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(hasEnded, false);
    answer.resolve({ type: "permanent", message: "no" });
    await reconciled;
    await ended;
    assert.deepEqual([hasEnded, writes], [true, 1]);
  });

  it("has a result that could not be written written before its slot has ended", async () => {
    work.open([slot]);
    refuses = true;
    answer.resolve({ type: "permanent", message: "no" });
    await assert.rejects(reconciler.reconcile(KEY));
    let hasEnded = false;
    const ended = end().then((isEnded) => {
      hasEnded = isEnded;
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(hasEnded, false);
    refuses = false;
    await reconciler.reconcile(KEY);
    await ended;
    assert.deepEqual([hasEnded, calls], [true, 1]);
  });

  it("reads live the first time after each taking of a slot", async () => {
    for (const [count, version] of ["100", "200"].entries()) {
      work.open([slot]);
      reconciler.takeOver(version, [slot]);
      answer = Promise.withResolvers();
      answer.resolve({ type: "aborted" });
      await reconciler.reconcile(KEY);
      await reconciler.reconcile(KEY);
      assert.equal(reads, count + 1);
      await end();
    }
  });

  it("reads nothing live when another slot was taken", async () => {
    work.open([slot]);
    reconciler.takeOver("100", [slot + 1]);
    answer.resolve({ type: "aborted" });
    await reconciler.reconcile(KEY);
    assert.equal(reads, 0);
  });
});

function approvedRequest(csrPem: string): CertificateRequest {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "CertificateRequest",
    metadata: { namespace: "default", name: "web", uid: "u1", resourceVersion: "10" },
    spec: {
      request: Buffer.from(csrPem).toString("base64"),
      issuerRef: { group: GROUP, kind: "AcmeIssuer", name: "ca" },
    },
    status: { conditions: [{ type: "Approved", status: "True", reason: "cert-manager.io" }] },
  };
}

function readyIssuer(): IssuerObject {
  return {
    apiVersion: `${GROUP}/v1`,
    kind: "AcmeIssuer",
    metadata: { namespace: "default", name: "ca", generation: 1 },
    status: { conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }] },
  };
}
