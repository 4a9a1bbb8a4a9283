import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { ApiError, type Client } from "@countersign/kube";
import * as z from "zod";
import type { Condition } from "./condition.ts";
import { defineIssuer, kindsOf } from "./define-issuer.ts";
import type { IssuerObject } from "./issuer-object.ts";
import { IssuerReconciler } from "./issuer-reconciler.ts";
import { PermanentError } from "./outcome.ts";

const KEY = "AcmeIssuer.acme.example.com default/ca";

// What brings an issuer to another state, and what does not: conditions as they are found at the API
// server, by a process that has just started unless it says otherwise.
describe("IssuerReconciler, finding an issuer", () => {
  let live: IssuerObject | undefined;
  let checks: number;
  let check: () => Promise<void>;
  let refusal: ApiError | undefined;
  let events: string[];
  let reconciler: IssuerReconciler;

  beforeEach(() => {
    checks = 0;
    check = async () => {};
    refusal = undefined;
    events = [];
    live = issuer();
    reconciler = newReconciler();
  });

  function issuer(ready?: Partial<Condition>): IssuerObject {
    const condition = { type: "Ready", status: "True" as const, reason: "Checked", ...ready };
    return {
      apiVersion: "acme.example.com/v1",
      kind: "AcmeIssuer",
      metadata: { namespace: "default", name: "ca", uid: "i1", generation: 80 },
      spec: {},
      status: { conditions: ready === undefined ? [] : [condition] },
    };
  }

  function newReconciler(): IssuerReconciler {
    const definition = defineIssuer({
      group: "acme.example.com",
      version: "v1",
      kinds: { issuer: "AcmeIssuer" },
      spec: z.object({}),
      check: async () => {
        checks += 1;
        await check();
      },
      sign: async () => ({ certificate: "" }),
    });
    const client = {
      applyStatus: async (_: unknown, patch: IssuerObject) => {
        if (refusal !== undefined) throw refusal;
        assert.ok(live);
        live = { ...live, ...(patch.status && { status: patch.status }) };
        return live;
      },
    } as unknown as Client;
    const store = { size: 1, get: () => live, list: () => [], keysByIndex: () => [] };
    const silent = (): void => {};
    return new IssuerReconciler({
      client,
      kinds: kindsOf([definition]).map((kind) => ({ ...kind, issuers: store })),
      fieldOwner: "acme.example.com",
      clusterResourceNamespace: undefined,
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      signal: new AbortController().signal,
      onRead: () => {},
      enqueue: () => {},
      onRecovered: () => {},
      emitEvent: (_, { type, reason }) => events.push(`${type} ${reason}`),
      checkDeadlineMs: 1_000,
      signDeadlineMs: 1_000,
    });
  }

  function ready(): string {
    const [condition] = live?.status?.conditions ?? [];
    return `${condition?.status} ${condition?.reason} of ${condition?.observedGeneration}`;
  }

  const failed = (): Promise<never> => Promise.reject(new PermanentError("No such profile"));

  it("that is gone does nothing", async () => {
    live = undefined;
    assert.deepEqual(await reconciler.reconcile(KEY), {});
    assert.equal(checks, 0);
  });

  it("that is ready checks it, and says nothing where it says so already", async () => {
    live = issuer({ message: "The issuer can issue.", observedGeneration: 80 });
    await reconciler.reconcile(KEY);
    assert.equal(checks, 1);
    assert.deepEqual(events, []);
  });

  it("that is ready of an older generation checks it and says so", async () => {
    live = issuer({ message: "The issuer can issue.", observedGeneration: 79 });
    await reconciler.reconcile(KEY);
    assert.equal(ready(), "True Checked of 80");
    assert.deepEqual(events, ["Normal Checked"]);
  });

  it("that failed for good under an earlier process checks it again (G24)", async () => {
    live = issuer({ status: "False", reason: "Failed", observedGeneration: 80 });
    await reconciler.reconcile(KEY);
    assert.equal(checks, 1);
    assert.equal(ready(), "True Checked of 80");
  });

  it("that failed for good leaves it until it is changed, and recovers it then", async () => {
    check = failed;
    await reconciler.reconcile(KEY);
    assert.equal(ready(), "False Failed of 80");
    assert.deepEqual(await reconciler.reconcile(KEY), {});
    assert.equal(checks, 1);
    check = async () => {};
    assert.ok(live);
    live = { ...live, metadata: { ...live.metadata, generation: 81 } };
    await reconciler.reconcile(KEY);
    assert.equal(ready(), "True Checked of 81");
  });

  it("whose labels and annotations alone have changed does not check it", async () => {
    await reconciler.reconcile(KEY);
    assert.ok(live);
    const annotations = { "example.com/note": "x" };
    live = { ...live, metadata: { ...live.metadata, annotations, labels: annotations } };
    await reconciler.reconcile(KEY);
    assert.equal(checks, 1);
  });

  it("that failed for good has it checked once more for a fault that is reported late", async () => {
    check = failed;
    await reconciler.reconcile(KEY);
    reconciler.reportFault(KEY, "HTTP 401");
    const { requeueAfterMs = 0 } = await reconciler.reconcile(KEY);
    assert.equal(ready(), "False Pending of 80");
    assert.ok(requeueAfterMs > 0, "the check decides, after a delay");
    assert.equal(checks, 1);
  });

  it("keeps a fault whose write is refused, until it is written (G11)", async () => {
    await reconciler.reconcile(KEY);
    reconciler.reportFault(KEY, "HTTP 401");
    refusal = new ApiError({ method: "PATCH", path: "/status" }, { status: 500, said: "down" });
    await assert.rejects(reconciler.reconcile(KEY), { code: "InternalError" });
    assert.equal(reconciler.view(KEY).unreportedFault, "HTTP 401");
    refusal = undefined;
    await reconciler.reconcile(KEY);
    assert.equal(ready(), "False Pending of 80");
    assert.equal(live?.status?.conditions?.[0]?.message, "HTTP 401");
    assert.equal(checks, 1, "no check has made it good meanwhile");
  });

  it("writes a permanent failure whose write was refused (G2)", async () => {
    await reconciler.reconcile(KEY);
    check = failed;
    reconciler.referencesChanged(KEY);
    refusal = new ApiError({ method: "PATCH", path: "/status" }, { status: 500, said: "down" });
    await assert.rejects(reconciler.reconcile(KEY), { code: "InternalError" });
    refusal = undefined;
    await reconciler.reconcile(KEY);
    assert.equal(ready(), "False Failed of 80");
    assert.equal(checks, 2);
  });
});
