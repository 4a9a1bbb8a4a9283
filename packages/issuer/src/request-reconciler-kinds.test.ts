import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { before, beforeEach, describe, it } from "node:test";
import { ApiError, type Client, type KubeObject } from "@countersign/kube";
import {
  createCsr,
  createKeySigner,
  createSelfSignedCertificate,
  encodePem,
} from "@countersign/x509";
import { certificateRequestKind } from "./certificate-request-kind.ts";
import { certificateSigningRequestKind } from "./certificate-signing-request-kind.ts";
import type { Condition } from "./condition.ts";
import type { IssuerView } from "./decide.ts";
import { DEFAULT_POLICY } from "./mismatch-policy.ts";
import type { Outcome } from "./outcome.ts";
import type { ObjectEvent } from "./request-event.ts";
import type { RequestKind } from "./request-kind.ts";
import { RequestReconciler } from "./request-reconciler.ts";

const GROUP = "acme.example.com";
const NOW = new Date("2026-01-01T00:10:00Z");

type Request = KubeObject & {
  readonly spec: object;
  readonly status?: { readonly conditions?: readonly Condition[]; readonly certificate?: string };
};

/** One request of a kind, and what it is asked for. */
interface Kind {
  readonly kind: RequestKind;
  readonly key: string;
  readonly metadata: { readonly namespace?: string; readonly name: string };
  /** What refers to the issuers called `ca`, the cluster's and the namespace's. */
  readonly reference: object;
  readonly namespacedReference: object;
  /** The condition that tells what is waited for. */
  readonly waits: string;
}

const KINDS: readonly Kind[] = [
  {
    kind: certificateRequestKind as unknown as RequestKind,
    key: "default/web",
    metadata: { namespace: "default", name: "web" },
    reference: { issuerRef: { group: GROUP, kind: "AcmeClusterIssuer", name: "ca" } },
    namespacedReference: { issuerRef: { group: GROUP, kind: "AcmeIssuer", name: "ca" } },
    waits: "Ready",
  },
  {
    kind: certificateSigningRequestKind as unknown as RequestKind,
    key: "web",
    metadata: { name: "web" },
    reference: { signerName: `acmeclusterissuers.${GROUP}/ca` },
    namespacedReference: { signerName: `acmeissuers.${GROUP}/default.ca` },
    waits: `${GROUP}/Pending`,
  },
];

let csrPem: string;
let certificate: string;
before(async () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signer = createKeySigner(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
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

for (const { kind, key, metadata, reference, namespacedReference, waits } of KINDS) {
  describe(`RequestReconciler with a ${kind.resource.kind}`, () => {
    let live: Request | undefined;
    let refusal: ApiError | undefined;
    let writes: number;
    let events: ObjectEvent[];
    let signed: string[];
    let outcome: Outcome;
    let view: Partial<IssuerView>;
    let mayRefer: boolean;
    let setCA: boolean;
    let reconciler: RequestReconciler<KubeObject>;

    beforeEach(() => {
      [refusal, writes] = [undefined, 0];
      events = [];
      signed = [];
      outcome = { type: "issued", certificate };
      mayRefer = true;
      setCA = true;
      view = readyIssuer();
      live = request(reference);
      reconciler = newReconciler();
    });

    function readyIssuer(): Partial<IssuerView> {
      const condition = { type: "Ready", status: "True", observedGeneration: 1 } as const;
      const issuer = {
        apiVersion: `${GROUP}/v1`,
        kind: "AcmeClusterIssuer",
        metadata: { name: "ca", generation: 1 },
        status: { conditions: [condition] },
      };
      return { issuer };
    }

    function request(spec: object, annotations: Record<string, string> = {}): Request {
      return {
        apiVersion: "",
        kind: kind.resource.kind,
        metadata: {
          ...metadata,
          annotations,
          uid: "u1",
          resourceVersion: "1",
          creationTimestamp: "2025-01-01T00:00:00Z",
        },
        spec: { request: Buffer.from(csrPem).toString("base64"), ...spec },
        status: { conditions: [{ type: "Approved", status: "True" }] },
      };
    }

    function newReconciler(): RequestReconciler<KubeObject> {
      const silent = (): void => {};
      const client = {
        create: async () => ({ status: { allowed: mayRefer } }),
        get: async () => live,
        applyStatus: async (_: unknown, patch: Request) => {
          if (refusal !== undefined) throw refusal;
          writes += 1;
          assert.ok(live);
          const approved = live.status?.conditions?.slice(0, 1) ?? [];
          const conditions = [...approved, ...(patch.status?.conditions ?? [])];
          const version = String(Number(live.metadata.resourceVersion) + 1);
          live = {
            ...live,
            metadata: { ...live.metadata, resourceVersion: version },
            status: { ...patch.status, conditions },
          };
          return live;
        },
      } as unknown as Client;
      return new RequestReconciler({
        client,
        kind,
        kinds: [
          { group: GROUP, kind: "AcmeIssuer", plural: "acmeissuers", namespaced: true },
          {
            group: GROUP,
            kind: "AcmeClusterIssuer",
            plural: "acmeclusterissuers",
            namespaced: false,
          },
        ],
        requests: { size: 1, get: () => live, list: () => [], keysByIndex: () => [] },
        issuers: {
          view: (issuer) => ({ key: issuer, ...view }),
          sign: async ({ issuer }) => {
            signed.push(issuer);
            return outcome;
          },
          reportFault: () => {},
          reportGate: () => {},
          ignores: () => false,
          policyOf: () => ({ onMismatch: DEFAULT_POLICY, setCA }),
        },
        emitEvent: (_, event) => events.push(event),
        signUnapproved: false,
        fieldOwner: GROUP,
        retryBudgetMs: 60_000,
        logger: { debug: silent, info: silent, warn: silent, error: silent },
        now: () => NOW,
      });
    }

    function condition(type: string): Condition | undefined {
      return live?.status?.conditions?.find((each) => each.type === type);
    }

    it("does nothing where the request is gone", async () => {
      live = undefined;
      assert.deepEqual(await reconciler.reconcile(key), {});
      assert.equal(signed.length + writes + events.length, 0);
    });

    it("issues for a cluster issuer", async () => {
      await reconciler.reconcile(key);
      assert.deepEqual(signed, [`AcmeClusterIssuer.${GROUP} ca`]);
      assert.ok(live?.status?.certificate);
      assert.equal(events.map(({ reason }) => reason).join(), "Issued");
    });

    for (const publishes of [true, false]) {
      const hasCa = publishes && kind.mayRefer === undefined;
      it(`publishes ${hasCa ? "the ca" : "no ca"} where setCA is ${publishes}`, async () => {
        setCA = publishes;
        outcome = { type: "issued", certificate, ca: certificate };
        await reconciler.reconcile(key);
        assert.ok(live?.status?.certificate);
        assert.equal("ca" in live.status, hasCa);
      });
    }

    it("issues for a namespaced issuer", async () => {
      live = request(namespacedReference);
      await reconciler.reconcile(key);
      assert.deepEqual(signed, [`AcmeIssuer.${GROUP} default/ca`]);
      assert.ok(live?.status?.certificate);
    });

    it("tries again though the request is older than its retry budget (G9)", async () => {
      outcome = { type: "transient", message: "HTTP 502" };
      const { requeueAfterMs = 0 } = await reconciler.reconcile(key);
      assert.ok(requeueAfterMs > 0);
      assert.equal(condition("Failed"), undefined);
      assert.equal(condition(waits)?.message, "Signing failed and will be tried again: HTTP 502");
    });

    it("waits for its issuer without a timer, writing nothing twice", async () => {
      view = {};
      assert.deepEqual(await reconciler.reconcile(key), {});
      assert.deepEqual(await reconciler.reconcile(key), {});
      assert.equal(writes, 1);
      assert.equal(
        condition(waits)?.message,
        "Waiting for AcmeClusterIssuer ca: it does not exist. Create it, or request again with another issuerRef.",
      );
      view = readyIssuer();
      await reconciler.reconcile(key);
      assert.ok(live?.status?.certificate);
    });

    it("tells in an event that its status is refused, with the API server's words", async () => {
      refusal = new ApiError(
        { method: "PATCH", path: "/status" },
        { status: 422, said: "too long" },
      );
      await assert.rejects(reconciler.reconcile(key));
      assert.deepEqual(events, [
        {
          type: "Warning",
          reason: "StatusNotWritten",
          action: "SyncFailed",
          note: "The result cannot be written to this request, and is kept and tried again: Cannot PATCH /status: 422 Invalid: too long",
        },
      ]);
    });

    it("fails a request that nobody could sign, and says what is wrong with it", async () => {
      live = request({ ...reference, request: Buffer.from("words").toString("base64") });
      await reconciler.reconcile(key);
      assert.equal(signed.length, 0);
      const failed = condition("Failed") ?? condition("Ready");
      assert.equal(failed?.reason, "Failed");
      assert.equal(
        failed?.message,
        "The request cannot be signed: Cannot parse CSR: input has no PEM block, must have one labelled CERTIFICATE REQUEST",
      );
    });

    if (kind.mayRefer === undefined) return;

    it("fails a request for an issuer that its requester may not use", async () => {
      live = request(namespacedReference);
      mayRefer = false;
      await reconciler.reconcile(key);
      assert.equal(signed.length, 0);
      assert.equal(condition("Failed")?.reason, "DeniedReference");
      assert.equal(
        condition("Failed")?.message,
        "Whoever made the request may not use AcmeIssuer default/ca: it takes the verb reference on signers.cert-manager.io in namespace default, for the name ca or *.",
      );
    });

    const durations: [text: string, reason: string, message: string][] = [
      [
        "1m",
        "InvalidDuration",
        "The request cannot be signed: annotation experimental.cert-manager.io/request-duration is 1m, must be 10m or more",
      ],
      [
        "soon",
        "ErrorParseDuration",
        'The request cannot be signed: annotation experimental.cert-manager.io/request-duration is no duration: Cannot parse duration "soon": must be numbers with units, such as 90s, 10m or 1h30m',
      ],
    ];
    for (const [text, reason, message] of durations) {
      it(`fails a request that asks for a duration of ${text}, and says what it must be`, async () => {
        live = request(reference, { "experimental.cert-manager.io/request-duration": text });
        await reconciler.reconcile(key);
        assert.equal(condition("Failed")?.reason, reason);
        assert.equal(condition("Failed")?.message, message);
      });
    }
  });
}
