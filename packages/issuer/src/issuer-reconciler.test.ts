import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { ApiError, type Client, type KubeObject, objectKey } from "@countersign/kube";
import type { Csr } from "@countersign/x509";
import * as z from "zod";
import type { CheckResult } from "./check-result.ts";
import type { Condition } from "./condition.ts";
import {
  type CheckContext,
  defineIssuer,
  type IssuerDefinition,
  kindsOf,
  type SignContext,
} from "./define-issuer.ts";
import type { IssuerObject } from "./issuer-object.ts";
import { IssuerReconciler, type IssuerReconcilerOptions } from "./issuer-reconciler.ts";
import { type Issued, IssuerError, type Pending, PermanentError } from "./outcome.ts";
import type { SignCall } from "./request-reconciler.ts";
import { ShardMap } from "./shard-map.ts";
import { SlotWork } from "./slot-work.ts";

const SPEC = z.object({ secretName: z.string() });
type Spec = z.output<typeof SPEC>;

const KEY = "AcmeIssuer.acme.example.com default/ca";
const CLUSTER_KEY = "AcmeClusterIssuer.acme.example.com ca";
const ISSUED: Issued = { certificate: "PEM" };

describe("IssuerReconciler", () => {
  let issuers: Map<string, IssuerObject>;
  let statuses: Condition[];
  let read: string[];
  let enqueued: string[];
  let recovered: string[];
  let events: string[];
  let check: (context: CheckContext<Spec>) => Promise<CheckResult | undefined>;
  let sign: (context: SignContext<Spec>) => Promise<Issued | Pending>;
  let secret: KubeObject | ApiError;

  beforeEach(() => {
    issuers = new Map([
      ["default/ca", issuer("AcmeIssuer", { namespace: "default", name: "ca" })],
      ["ca", issuer("AcmeClusterIssuer", { name: "ca" })],
    ]);
    statuses = [];
    read = [];
    enqueued = [];
    recovered = [];
    events = [];
    check = async () => undefined;
    sign = async () => ISSUED;
    secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s", resourceVersion: "3" } };
  });

  function issuer(kind: string, metadata: { namespace?: string; name: string }): IssuerObject {
    return {
      apiVersion: "acme.example.com/v1",
      kind,
      metadata: { ...metadata, uid: `uid-${kind}`, generation: 1, resourceVersion: "7" },
      spec: { secretName: "s" },
    };
  }

  function newReconciler(
    clusterResourceNamespace?: string,
    more: Pick<IssuerDefinition<typeof SPEC>, "lookup" | "ignoreIssuer"> = {},
    settings: Partial<IssuerReconcilerOptions> = {},
  ): IssuerReconciler {
    const definition = defineIssuer({
      ...more,
      group: "acme.example.com",
      version: "v1",
      kinds: { issuer: "AcmeIssuer", clusterIssuer: "AcmeClusterIssuer" },
      spec: SPEC,
      check: (context) => check(context),
      sign: (context) => sign(context),
    });
    const client = {
      get: async (_: unknown, { namespace, name }: { namespace: string; name: string }) => {
        read.push(`${namespace}/${name}`);
        if (secret instanceof ApiError) throw secret;
        return secret;
      },
      applyStatus: async (_: unknown, patch: IssuerObject) => {
        statuses.push(...(patch.status?.conditions ?? []));
        const before = issuers.get(objectKey(patch.metadata));
        const written = {
          ...before,
          ...patch,
          metadata: { ...before?.metadata, ...patch.metadata },
        };
        issuers.set(objectKey(patch.metadata), written);
        return written;
      },
    } as unknown as Client;
    const store = {
      size: 0,
      get: (key: string) => issuers.get(key),
      list: () => [],
      keysByIndex: () => [],
    };
    const silent = (): void => {};
    return new IssuerReconciler({
      client,
      kinds: kindsOf([definition]).map((kind) => ({ ...kind, issuers: store })),
      fieldOwner: "acme.example.com",
      clusterResourceNamespace,
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      signal: new AbortController().signal,
      onRead: () => {},
      enqueue: (key) => enqueued.push(key),
      onRecovered: (key) => recovered.push(key),
      emitEvent: (_, { reason }) => events.push(reason),
      checkDeadlineMs: 1_000,
      signDeadlineMs: 1_000,
      ...settings,
    });
  }

  function call(change: Partial<SignCall> = {}): SignCall {
    return {
      issuer: KEY,
      attempt: 1,
      idempotencyKey: "k",
      mayBeIssued: false,
      signal: new AbortController().signal,
      request: {
        namespace: "default",
        name: "web-1",
        uid: "u1",
        csrPem: "",
        csr: {} as Csr,
        durationMs: 0,
        isCA: false,
        usages: [],
        groups: [],
        annotations: {},
      },
      ...change,
    };
  }

  it("marks an issuer Ready when its check passes, and checks it again some minutes later", async () => {
    const { requeueAfterMs = 0 } = await newReconciler().reconcile(KEY);
    assert.equal(statuses[1]?.status, "True");
    assert.equal(statuses[1]?.reason, "Checked");
    assert.equal(statuses[1]?.observedGeneration, 1);
    assert.ok(requeueAfterMs > 290_000 && requeueAfterMs <= 600_000);
  });

  it("does not check again when its own status comes back", async () => {
    let checks = 0;
    check = async () => {
      checks += 1;
    };
    const reconciler = newReconciler();
    await reconciler.reconcile(KEY);
    await reconciler.reconcile(KEY);
    assert.equal(checks, 1);
  });

  it("writes to the version of its own last write, before the watch has told of it", async () => {
    const versions: (string | undefined)[] = [];
    const applyStatus = async (_: unknown, patch: IssuerObject): Promise<IssuerObject> => {
      versions.push(patch.metadata.resourceVersion);
      const before = issuers.get("default/ca");
      assert.ok(before);
      const resourceVersion = String(7 + versions.length);
      return { ...before, ...patch, metadata: { ...before.metadata, resourceVersion } };
    };
    const get = async (): Promise<object> => secret;
    const client = { applyStatus, get } as unknown as Client;
    const reconciler = newReconciler(undefined, {}, { client });
    await reconciler.reconcile(KEY);
    reconciler.reportFault(KEY, "HTTP 403");
    await reconciler.reconcile(KEY);
    assert.deepEqual(versions, ["7", "8", "9"]);
    assert.equal(issuers.get("default/ca")?.metadata.resourceVersion, "7");
  });

  it("marks an issuer not Ready with the check's reason, and checks it again soon", async () => {
    check = async () => {
      throw new Error("HTTP 502");
    };
    const { requeueAfterMs = 0 } = await newReconciler().reconcile(KEY);
    assert.equal(statuses[1]?.reason, "Pending");
    assert.equal(statuses[1]?.message, "HTTP 502");
    assert.ok(requeueAfterMs <= 1_000);
  });

  it("warns once of a CA that ends soon, and checks it again when it has ended", async () => {
    const notAfter = new Date(Date.now() + 60_000);
    check = async () => ({ notAfter });
    const reconciler = newReconciler();
    const { requeueAfterMs = 0 } = await reconciler.reconcile(KEY);
    reconciler.referencesChanged(KEY);
    await reconciler.reconcile(KEY);
    assert.equal(statuses.at(-1)?.status, "True");
    const end = notAfter.toISOString();
    assert.equal(
      statuses.at(-1)?.message,
      `The issuer can issue, but its CA ends on ${end}: renew it.`,
    );
    assert.deepEqual(events, ["Expiring"]);
    assert.ok(requeueAfterMs > 50_000 && requeueAfterMs <= 60_000);
  });

  it("does not check again after a permanent failure", async () => {
    check = async () => {
      throw new PermanentError("No such profile");
    };
    assert.deepEqual(await newReconciler().reconcile(KEY), {});
    assert.equal(statuses[1]?.reason, "Failed");
  });

  it("checks again at once when what the issuer read has changed, also after a permanent failure", async () => {
    let checks = 0;
    check = async () => {
      checks += 1;
      if (checks === 1) throw new PermanentError("Wrong key");
    };
    const reconciler = newReconciler();
    await reconciler.reconcile(KEY);
    reconciler.referencesChanged(KEY);
    assert.deepEqual(enqueued, [KEY]);
    await reconciler.reconcile(KEY);
    assert.equal(statuses[2]?.status, "True");
  });

  it("fails an issuer whose stored spec is not valid, naming the field, without calling check()", async () => {
    check = () => assert.fail("check() was called");
    issuers.set("default/ca", {
      ...issuer("AcmeIssuer", { namespace: "default", name: "ca" }),
      spec: {},
    });
    await newReconciler().reconcile(KEY);
    assert.equal(statuses[1]?.reason, "Failed");
    assert.match(
      statuses[1]?.message ?? "",
      /^The issuer cannot issue .+: its spec is not valid, correct it: spec\.secretName: /,
    );
  });

  it("reads Secrets from the issuer's own namespace", async () => {
    check = async ({ secret, issuer: { spec } }) => void (await secret(spec.secretName));
    await newReconciler("elsewhere").reconcile(KEY);
    assert.deepEqual(read, ["default/s"]);
  });

  it("reads Secrets of a cluster issuer from the cluster resource namespace", async () => {
    check = async ({ secret, issuer: { spec } }) => void (await secret(spec.secretName));
    await newReconciler("elsewhere").reconcile(CLUSTER_KEY);
    assert.deepEqual(read, ["elsewhere/s"]);
  });

  it("says which flag is missing where a cluster issuer needs a Secret and there is no namespace for it", async () => {
    check = async ({ secret, issuer: { spec } }) => void (await secret(spec.secretName));
    await newReconciler().reconcile(CLUSTER_KEY);
    assert.equal(
      statuses[1]?.message,
      "Secret s of a cluster issuer cannot be looked for: start the controller with --cluster-resource-namespace",
    );
  });

  for (const [status, message] of [
    [404, "Secret default/s does not exist: create it"],
    [
      403,
      "Secret default/s may not be read: allow get, list and watch of secrets in namespace default to this controller, as its manifests do with --secret-namespaces default or, for this one alone, --secret-names default/s",
    ],
  ] as const) {
    it(`says what to do when a Secret is answered with ${status}`, async () => {
      secret = new ApiError({ method: "GET", path: "/s" }, { status, said: "no" });
      check = async ({ secret: read, issuer: { spec } }) => void (await read(spec.secretName));
      await newReconciler().reconcile(KEY);
      assert.equal(statuses[1]?.message, message);
    });
  }

  it("holds requests back from a fault that sign() reports until a check passes, then wakes them", async () => {
    const reconciler = newReconciler();
    await reconciler.reconcile(KEY);
    reconciler.reportFault(KEY, "HTTP 401");
    assert.equal(reconciler.view(KEY).unreportedFault, "HTTP 401");
    await reconciler.reconcile(KEY);
    assert.equal(statuses[2]?.message, "HTTP 401");
    reconciler.referencesChanged(KEY);
    await reconciler.reconcile(KEY);
    assert.equal(reconciler.view(KEY).unreportedFault, undefined);
    assert.deepEqual(recovered, [KEY]);
  });

  it("keeps a fault that is reported while a check runs: the check has not seen it", async () => {
    const reconciler = newReconciler();
    await reconciler.reconcile(KEY);
    check = async () => void reconciler.reportFault(KEY, "HTTP 401");
    reconciler.referencesChanged(KEY);
    await reconciler.reconcile(KEY);
    assert.equal(reconciler.view(KEY).unreportedFault, "HTTP 401");
    assert.equal(statuses.at(-1)?.message, "HTTP 401");
  });

  it("tells a missing Secret in sign() as the issuer's fault", async () => {
    secret = new ApiError({ method: "GET", path: "/s" }, { status: 404, said: "no" });
    sign = async ({ secret: read }) => {
      await read("s");
      return ISSUED;
    };
    assert.deepEqual(await newReconciler().sign(call()), {
      type: "issuerAtFault",
      message: "Secret default/s does not exist: create it",
    });
  });

  it("takes a call that does not answer in time as transient, with the deadline in the message", async () => {
    sign = ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    const outcome = await newReconciler().sign(call());
    assert.equal(outcome.type, "transient");
    assert.match(
      outcome.type === "transient" ? outcome.message : "",
      /^sign\(\) of AcmeIssuer default\/ca gave no answer within 1 s/,
    );
  });

  it("takes a call for an issuer that was deleted meanwhile as transient", async () => {
    const reconciler = newReconciler();
    issuers.clear();
    assert.deepEqual(await reconciler.sign(call()), {
      type: "transient",
      message: "AcmeIssuer default/ca was deleted meanwhile",
    });
  });

  it("takes an IssuerError of sign() as the issuer's fault", async () => {
    sign = async () => {
      throw new IssuerError("HTTP 401");
    };
    assert.equal((await newReconciler().sign(call())).type, "issuerAtFault");
  });

  it("says that it checks an issuer for the first time, in one event once that is done", async () => {
    const reconciler = newReconciler();
    await reconciler.reconcile(KEY);
    await reconciler.reconcile(KEY);
    assert.deepEqual(
      statuses.map(({ status, reason }) => `${status} ${reason}`),
      ["Unknown Initializing", "True Checked"],
    );
    assert.deepEqual(events, ["Checked"]);
  });

  it("neither checks nor writes to an issuer that its author ignores (G18)", async () => {
    check = () => assert.fail("check() was called");
    const reconciler = newReconciler(undefined, { ignoreIssuer: () => true });
    assert.deepEqual(await reconciler.reconcile(KEY), {});
    assert.equal(reconciler.view(KEY).isIgnored, true);
    assert.equal(statuses.length, 0);
  });

  it("checks an issuer again soon after a call has failed, in case it is the CA's outage", async () => {
    const reconciler = newReconciler();
    await reconciler.reconcile(KEY);
    sign = async () => {
      throw new Error("HTTP 502");
    };
    await reconciler.sign(call());
    assert.deepEqual(enqueued, [KEY]);
    const { requeueAfterMs = 0 } = await reconciler.reconcile(KEY);
    assert.ok(requeueAfterMs > 0 && requeueAfterMs <= 10_000);
    await reconciler.sign(call());
    assert.deepEqual(enqueued, [KEY], "once is enough");
  });

  it("takes three certificates in a row that cannot be published as the issuer's fault", async () => {
    const reconciler = newReconciler();
    await reconciler.reconcile(KEY);
    for (const refusal of ["a", "b", undefined, "c", "d"]) reconciler.reportGate(KEY, refusal);
    assert.equal(reconciler.view(KEY).unreportedFault, undefined);
    reconciler.reportGate(KEY, "wrong key");
    assert.equal(
      reconciler.view(KEY).unreportedFault,
      "None of the CA's last 3 certificates could be published. The latest: wrong key",
    );
  });

  it("returns what lookup() finds, and does not sign then", async () => {
    sign = () => assert.fail("sign() was called");
    const reconciler = newReconciler(undefined, {
      lookup: async ({ idempotencyKey }) => ({ certificate: `PEM of ${idempotencyKey}` }),
    });
    const outcome = await reconciler.sign(call({ mayBeIssued: true }));
    assert.deepEqual(outcome, { type: "issued", certificate: "PEM of k" });
  });

  it("signs where lookup() finds nothing, and asks it only where there may be something", async () => {
    let lookups = 0;
    const reconciler = newReconciler(undefined, {
      lookup: async () => {
        lookups += 1;
        return undefined;
      },
    });
    assert.equal((await reconciler.sign(call({ mayBeIssued: false }))).type, "issued");
    assert.equal(lookups, 0);
    assert.equal((await reconciler.sign(call({ mayBeIssued: true }))).type, "issued");
    assert.equal(lookups, 1);
  });

  it("says that a call was aborted when its request is gone, whatever the author throws", async () => {
    const gone = new AbortController();
    sign = async ({ signal }) => {
      gone.abort();
      assert.equal(signal.aborted, true);
      throw new Error("HTTP client: aborted");
    };
    const outcome = await newReconciler().sign(call({ signal: gone.signal }));
    assert.deepEqual(outcome, { type: "aborted" });
  });

  it("neither checks nor writes an issuer that another replica owns, and tells that one of a fault, once", async () => {
    const told: string[] = [];
    let checks = 0;
    check = async () => {
      checks += 1;
      return undefined;
    };
    const reconciler = newReconciler(undefined, undefined, {
      ownership: { map: new ShardMap(), work: new SlotWork() },
      onForeignFault: (key, message) => told.push(`${key}: ${message}`),
    });
    assert.deepEqual(await reconciler.reconcile(KEY), {});
    reconciler.reportFault(KEY, "out of order");
    reconciler.reportFault(KEY, "out of order, again");
    for (let count = 0; count < 3; count += 1) reconciler.reportGate(KEY, "unreadable");
    assert.deepEqual(await reconciler.reconcile(KEY), {});
    assert.deepEqual([checks, statuses.length, enqueued.length], [0, 0, 0]);
    assert.deepEqual(told, [`${KEY}: out of order`]);
    assert.equal(reconciler.view(KEY).unreportedFault, "out of order", "its requests wait");
    reconciler.forget(KEY);
    assert.equal(reconciler.view(KEY).unreportedFault, undefined);
  });
});
