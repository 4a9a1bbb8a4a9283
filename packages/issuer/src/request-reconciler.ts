import {
  type Client,
  isApiError,
  type Logger,
  objectKey,
  type ReconcileResult,
  type StoreReader,
} from "@countersign/kube";
import { readAttemptState } from "./attempt-state.ts";
import { type GateVerdict, passGate } from "./certificate-gate.ts";
import {
  type CertificateRequest,
  certificateRequests,
  isFinished,
  phaseOf,
} from "./certificate-request.ts";
import { decide, type IssuerView } from "./decide.ts";
import { type IssuerKey, type IssuerKind, referredIssuer } from "./issuer-ref.ts";
import { LatestVersions } from "./latest-versions.ts";
import { type Issued, type Json, messageOf, type Outcome } from "./outcome.ts";
import { type RequestReport, statusToApply } from "./request-status.ts";
import { judgeAttempt } from "./retry.ts";
import { idempotencyKeyOf, readSigningRequest, type SigningRequest } from "./signing-request.ts";

/** One call of an author's `sign()`. */
export interface SignCall {
  readonly issuer: IssuerKey;
  readonly request: SigningRequest;
  readonly idempotencyKey: string;
  readonly attempt: number;
  readonly order?: Json;
}

/** What the reconciler needs of the issuers. */
export interface RequestIssuers {
  view(key: IssuerKey): IssuerView;
  /** Calls the author's `sign()`; never throws. */
  sign(call: SignCall): Promise<Outcome>;
  /** Marks the issuer not Ready; its requests wait until a check succeeds. */
  reportFault(key: IssuerKey, message: string): void;
}

/** What a request reconciler works with. */
export interface RequestReconcilerOptions {
  readonly client: Client;
  readonly kinds: readonly IssuerKind[];
  readonly requests: StoreReader<CertificateRequest>;
  readonly issuers: RequestIssuers;
  readonly fieldOwner: string;
  readonly retryBudgetMs: number;
  readonly logger: Logger;
  /** @default () => new Date() */
  readonly now?: () => Date;
}

/** How an issued certificate or another end of a request is kept until its write has landed. */
type Held = { readonly issued: Issued; readonly publicKeyDer: Uint8Array } | RequestReport;

/** After so many conflicts in a row somebody else keeps writing: back off like any failed write. */
const MOST_CONFLICTS = 5;

/**
 * Takes one request as far as it can go now.
 *
 * Guarantees: what `sign()` returned is held, by uid, until its write has landed or the request is
 * gone: a failed write retries the write, never the CA. A write names the version it was decided
 * on; after a conflict the live request is looked at again before anything is written.
 *
 * Assumptions: no key is reconciled twice at once (the workqueue's guarantee), and no other process
 * serves the same issuers.
 */
export class RequestReconciler {
  readonly #options: RequestReconcilerOptions;
  readonly #requests: LatestVersions<CertificateRequest>;
  readonly #held = new Map<string, Held>();

  constructor(options: RequestReconcilerOptions) {
    this.#options = options;
    this.#requests = new LatestVersions(options.requests);
  }

  /** Lets go of a request that is finished or gone, as the watch has told. */
  forget(key: string, uid: string | undefined): void {
    this.#requests.forget(key);
    if (uid !== undefined) this.#held.delete(uid);
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    const request = this.#requests.get(key);
    if (request === undefined) return {};
    const held = this.#held.get(uidOf(request));
    if (held !== undefined) return this.#writeHeld(request, held);
    const issuer = referredIssuer(request, this.#options.kinds);
    if (issuer === undefined) return {};
    const decision = decide(request, this.#options.issuers.view(issuer));
    switch (decision.do) {
      case "nothing":
        return {};
      case "markDenied":
        return this.#end(request, { type: "denied" });
      case "wait":
        await this.#write(request, { type: "waiting", message: decision.message });
        return {};
      case "sign":
        return this.#sign(request, issuer);
    }
  }

  async #sign(request: CertificateRequest, issuer: IssuerKey): Promise<ReconcileResult> {
    const before = readAttemptState(request.status?.conditions, this.#group(request));
    const waitMs =
      before === undefined ? 0 : Date.parse(before.nextAttemptTime) - this.#now().getTime();
    if (waitMs > 0) return { requeueAfterMs: waitMs };
    let signingRequest: SigningRequest;
    try {
      signingRequest = readSigningRequest(request);
    } catch (error) {
      const message = `The request cannot be signed: ${messageOf(error)}`;
      return this.#end(request, { type: "failed", message });
    }
    const startedAt = this.#now();
    const outcome = await this.#options.issuers.sign({
      issuer,
      request: signingRequest,
      idempotencyKey: idempotencyKeyOf(signingRequest),
      attempt: (before?.attempts ?? 0) + 1,
      ...(before?.order === undefined ? {} : { order: before.order }),
    });
    if (outcome.type === "issued") {
      const held = { issued: outcome, publicKeyDer: signingRequest.csr.publicKeyDer };
      this.#held.set(uidOf(request), held);
      return this.#writeHeld(request, held);
    }
    if (outcome.type === "issuerAtFault")
      this.#options.issuers.reportFault(issuer, outcome.message);
    const { retryBudgetMs } = this.#options;
    const { report, requeueAfterMs } = judgeAttempt(outcome, {
      before,
      startedAt,
      endedAt: this.#now(),
      retryBudgetMs,
    });
    if (report.type !== "waiting") return this.#end(request, report);
    await this.#write(request, report);
    return requeueAfterMs === undefined ? {} : { requeueAfterMs };
  }

  /** Writes an end of the request, and holds it until it is written. */
  #end(request: CertificateRequest, report: RequestReport): Promise<ReconcileResult> {
    this.#held.set(uidOf(request), report);
    return this.#writeHeld(request, report);
  }

  async #writeHeld(request: CertificateRequest, held: Held): Promise<ReconcileResult> {
    if (!("issued" in held)) {
      await this.#write(request, held);
      this.#held.delete(uidOf(request));
      return {};
    }
    const verdict = passGate(held.issued, { publicKeyDer: held.publicKeyDer, now: this.#now() });
    if (verdict.gate === "early") {
      return { requeueAfterMs: verdict.notBefore.getTime() - this.#now().getTime() };
    }
    await this.#write(request, reportOf(verdict));
    this.#held.delete(uidOf(request));
    return {};
  }

  /** Applies a report to the request's status. Does nothing where the request is gone or finished. */
  async #write(request: CertificateRequest, report: RequestReport): Promise<void> {
    let target = request;
    for (let conflicts = 0; ; conflicts += 1) {
      try {
        await this.#apply(target, report);
        return;
      } catch (error) {
        if (isApiError(error, "NotFound")) {
          this.#requests.sawGone(objectKey(request.metadata), request.metadata.uid);
          return;
        }
        if (!isApiError(error, "Conflict") || conflicts === MOST_CONFLICTS) throw error;
      }
      const live = await this.#readLive(request);
      if (live === undefined) return;
      target = live;
    }
  }

  async #apply(request: CertificateRequest, report: RequestReport): Promise<void> {
    const { client, fieldOwner } = this.#options;
    const { namespace, name, resourceVersion } = request.metadata;
    const status = statusToApply(request, report, {
      group: this.#group(request),
      now: this.#now(),
    });
    if (status === undefined) return;
    const written = await client.applyStatus(
      certificateRequests,
      {
        metadata: {
          name,
          ...(namespace === undefined ? {} : { namespace }),
          ...(resourceVersion === undefined ? {} : { resourceVersion }),
        },
        status,
      },
      { fieldOwner },
    );
    this.#requests.saw(written);
    const where = { namespace, name, report: report.type };
    this.#options.logger.info(where, "Request status written");
  }

  /** The request as it is now, if it is the same one and still to be written to. */
  async #readLive(request: CertificateRequest): Promise<CertificateRequest | undefined> {
    const { namespace, name, uid } = request.metadata;
    const live = await this.#options.client
      .get(certificateRequests, { name, ...(namespace === undefined ? {} : { namespace }) })
      .catch((error: unknown) => {
        if (isApiError(error, "NotFound")) return undefined;
        throw error;
      });
    if (live?.metadata.uid !== uid || live?.spec.request !== request.spec.request) {
      this.#requests.sawGone(objectKey(request.metadata), uid);
      return undefined;
    }
    this.#requests.saw(live);
    return isFinished(live) || phaseOf(live) === "unapproved" ? undefined : live;
  }

  #group(request: CertificateRequest): string {
    return request.spec.issuerRef.group ?? "";
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }
}

function reportOf(verdict: Exclude<GateVerdict, { gate: "early" }>): RequestReport {
  if (verdict.gate === "refused") return { type: "failed", message: verdict.message };
  const { certificatePem, caPem } = verdict;
  return caPem === undefined
    ? { type: "issued", certificatePem }
    : { type: "issued", certificatePem, caPem };
}

function uidOf(request: CertificateRequest): string {
  return request.metadata.uid ?? "";
}
