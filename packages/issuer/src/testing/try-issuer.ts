import { generateKeyPairSync, randomUUID } from "node:crypto";
import { apiVersionOf, type Logger } from "@countersign/kube";
import { createCsr, createKeySigner } from "@countersign/x509";
import { AuthorCalls, type CalledIssuer } from "../author-calls.ts";
import { passGate } from "../certificate-gate.ts";
import { type IssuerDefinition, kindsOf } from "../define-issuer.ts";
import { issuerKeyOf } from "../issuer-ref.ts";
import type { IssuerReport } from "../issuer-status.ts";
import { DEFAULT_POLICY } from "../mismatch-policy.ts";
import type { Json, NotIssued } from "../outcome.ts";
import { DEFAULT_DURATION_MS, idempotencyKeyOf, readSigningRequest } from "../signing-request.ts";
import { clientOf, type ReferencedObjects } from "./referenced-objects.ts";

/** An issuer as a user would write it, and what it refers to. */
export interface TryOptions extends ReferencedObjects {
  /** As in the issuer's YAML: it goes through the definition's schema. */
  readonly spec: unknown;
  /** Of which kind. @default "issuer", where there is one */
  readonly kind?: "issuer" | "clusterIssuer";
}

/** A request to try. Without a CSR one is made, with a key of its own. */
export interface TryRequest {
  readonly csrPem?: string;
  /** Of the CSR that is made. @default ["www.example.com"] */
  readonly dnsNames?: readonly string[];
  /** @default 90 days, as cert-manager */
  readonly durationMs?: number;
  readonly isCA?: boolean;
  readonly usages?: readonly string[];
  /** The request's: two calls with the same one and the same CSR have the same idempotency key. */
  readonly uid?: string;
  /** What an earlier `pending()` kept. */
  readonly order?: Json;
  /** @default 1 */
  readonly attempt?: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * What became of a request: as a controller would see it, and `refused` for a certificate that it
 * would not publish.
 */
export type TryResult =
  | {
      readonly type: "issued";
      /** Leaf first, without the root. */
      readonly certificatePem: string;
      readonly caPem?: string;
      /** In what it differs from what was asked for, where that is let through. */
      readonly differences: readonly string[];
    }
  | { readonly type: "refused"; readonly message: string }
  | NotIssued;

/** An issuer whose author's functions can be called. */
export interface TriedIssuer {
  /** What the issuer's condition would tell. */
  check(): Promise<IssuerReport>;
  /** What would follow for a request. */
  sign(request?: TryRequest): Promise<TryResult>;
}

const NAMESPACE = "default";
const DEADLINE_MS = 60_000;
const silent = (): void => {};
const SILENT: Logger = { debug: silent, info: silent, warn: silent, error: silent };

/**
 * Tries an issuer without a cluster: calls the definition's `check()` and `sign()` as the controllers
 * do, with the spec read by its schema and with the Secrets that the test gives, and judges what comes
 * back by the same rules.
 *
 * ```ts
 * const tried = tryIssuer(issuer, { spec: { url, authSecretName: "ca" }, secrets: { ca: { token } } });
 * assert.equal((await tried.sign({ dnsNames: ["www.example.com"] })).type, "issued");
 * ```
 *
 * Nothing is thrown: whatever the functions do is a result.
 */
export function tryIssuer(definition: IssuerDefinition, options: TryOptions): TriedIssuer {
  const target = targetOf(definition, options);
  const calls = new AuthorCalls({
    client: clientOf(options),
    clusterResourceNamespace: NAMESPACE,
    logger: SILENT,
    signal: new AbortController().signal,
    onRead: () => {},
    checkDeadlineMs: DEADLINE_MS,
    signDeadlineMs: DEADLINE_MS,
  });
  return {
    check: () => calls.check(target),
    sign: async (request = {}) => {
      const asked = readSigningRequest(
        {
          namespace: NAMESPACE,
          name: "request",
          uid: request.uid ?? randomUUID(),
          annotations: request.annotations ?? {},
        },
        {
          request: Buffer.from(request.csrPem ?? (await newCsrPem(request))).toString("base64"),
          durationMs: request.durationMs ?? DEFAULT_DURATION_MS,
          isCA: request.isCA ?? false,
          usages: request.usages,
        },
      );
      const { order, attempt = 1 } = request;
      const outcome = await calls.sign(target, {
        issuer: target.key,
        request: asked,
        idempotencyKey: idempotencyKeyOf(asked),
        attempt,
        mayBeIssued: attempt > 1,
        signal: new AbortController().signal,
        ...(order === undefined ? {} : { order }),
      });
      if (outcome.type !== "issued") return outcome;
      const policy = { ...DEFAULT_POLICY, ...definition.onMismatch };
      const verdict = passGate(outcome, { asked, policy, now: new Date() });
      switch (verdict.gate) {
        case "passed": {
          const { gate: _, ...passed } = verdict;
          return { type: "issued", ...passed };
        }
        case "early":
          return { type: "pending", retryAfterMs: verdict.notBefore.getTime() - Date.now() };
        case "refused":
          return { type: "refused", message: verdict.message };
      }
    },
  };
}

function targetOf(definition: IssuerDefinition, { spec, kind }: TryOptions): CalledIssuer {
  const kinds = kindsOf([definition]);
  const wanted = kind === undefined ? undefined : definition.kinds[kind];
  const found = kinds.find((each) => wanted === undefined || each.kind === wanted);
  if (found === undefined) throw new TypeError(`Cannot try the issuer: it has no kind for ${kind}`);
  const place = found.namespaced ? { namespace: NAMESPACE } : {};
  const issuer = {
    apiVersion: apiVersionOf(found.resource),
    kind: found.kind,
    metadata: { ...place, name: "tried", uid: randomUUID(), generation: 1 },
    spec,
  };
  return { kind: found, key: issuerKeyOf(found, issuer), issuer };
}

function newCsrPem({ dnsNames = ["www.example.com"] }: TryRequest): Promise<string> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const keyPem = privateKey.export({ type: "pkcs8", format: "pem" });
  return createCsr({ dnsNames: [...dnsNames], signer: createKeySigner(keyPem), subject: {} });
}
