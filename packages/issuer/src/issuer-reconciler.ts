import {
  type Client,
  isApiError,
  type Logger,
  type ReconcileResult,
  type StoreReader,
} from "@countersign/kube";
import { callWithDeadline } from "./deadline.ts";
import type { IssuerView } from "./decide.ts";
import type { CheckContext, DefinedKind, Issuer } from "./define-issuer.ts";
import {
  afterCheck,
  afterFault,
  assumeReady,
  type CheckState,
  checkDueInMs,
} from "./issuer-check.ts";
import type { IssuerObject } from "./issuer-object.ts";
import { describeIssuer, type IssuerKey, placeOfIssuer } from "./issuer-ref.ts";
import { readSpec } from "./issuer-spec.ts";
import { type IssuerReport, issuerStatusToApply } from "./issuer-status.ts";
import {
  IssuerError,
  messageOf,
  type Outcome,
  outcomeOfError,
  outcomeOfResult,
} from "./outcome.ts";
import {
  type Reference,
  type ReferencedObject,
  type ReferenceKind,
  readReference,
} from "./reference.ts";
import type { RequestIssuers, SignCall } from "./request-reconciler.ts";

/** A kind and the store of its issuers. */
export interface ServedKind extends DefinedKind {
  readonly issuers: StoreReader<IssuerObject>;
}

/** What an issuer reconciler works with. */
export interface IssuerReconcilerOptions {
  readonly client: Client;
  readonly kinds: readonly ServedKind[];
  readonly fieldOwner: string;
  /** Where the Secrets of cluster issuers are. */
  readonly clusterResourceNamespace: string | undefined;
  readonly logger: Logger;
  /** Aborts what the author's functions still do when the program must end. */
  readonly signal: AbortSignal;
  /** Told what an issuer has read, so that it can be watched. */
  readonly onRead: (issuer: IssuerKey, reference: Reference, version: string | undefined) => void;
  /** Puts an issuer into the workqueue. */
  readonly enqueue: (issuer: IssuerKey) => void;
  /** Told when a fault is over, so that the requests that wait for it are looked at. */
  readonly onRecovered: (issuer: IssuerKey) => void;
  readonly checkDeadlineMs: number;
  readonly signDeadlineMs: number;
}

/**
 * Checks issuers, says in their status how they are, and calls `sign()` for their requests.
 *
 * A check is made when something says that it is due: a change of the spec or of what the issuer
 * refers to, a fault that `sign()` reported, the backoff after a failure, or the time since the last.
 * Writing a status makes none due, so that no event of our own leads to another.
 */
export class IssuerReconciler implements RequestIssuers {
  readonly #options: IssuerReconcilerOptions;
  readonly #states = new Map<IssuerKey, CheckState>();
  /** Issuers whose references have changed since their last check began. */
  readonly #changed = new Set<IssuerKey>();

  constructor(options: IssuerReconcilerOptions) {
    this.#options = options;
  }

  /** Has an issuer checked again, because something it refers to has changed. */
  referencesChanged(key: IssuerKey): void {
    this.#changed.add(key);
    this.#options.enqueue(key);
  }

  view(key: IssuerKey): IssuerView {
    const issuer = this.#find(key)?.issuer;
    const state = this.#states.get(key);
    const isAtFault = state?.isAtFault === true && state.uid === issuer?.metadata.uid;
    return {
      key,
      ...(issuer === undefined ? {} : { issuer }),
      ...(isAtFault && state.report.type !== "ready"
        ? { unreportedFault: state.report.message }
        : {}),
    };
  }

  reportFault(key: IssuerKey, message: string): void {
    const issuer = this.#find(key)?.issuer;
    if (issuer === undefined) return;
    const state = this.#states.get(key) ?? assumeReady(identityOf(issuer));
    this.#states.set(key, afterFault(state, message, { now: performance.now() }));
    this.#options.enqueue(key);
  }

  async reconcile(key: IssuerKey): Promise<ReconcileResult> {
    const { kind, issuer } = this.#find(key) ?? {};
    if (kind === undefined || issuer === undefined) {
      this.#states.delete(key);
      this.#changed.delete(key);
      return {};
    }
    const identity = identityOf(issuer);
    const hasChanged = this.#changed.delete(key);
    const known = this.#states.get(key);
    const isDue = hasChanged || checkDueInMs(known, identity, performance.now()) === 0;
    const state = isDue || known === undefined ? await this.#check(kind, issuer, key) : known;
    await this.#write(kind, issuer, state.report);
    const requeueAfterMs = checkDueInMs(state, identity, performance.now());
    return requeueAfterMs === undefined ? {} : { requeueAfterMs };
  }

  async #check(kind: ServedKind, issuer: IssuerObject, key: IssuerKey): Promise<CheckState> {
    const before = this.#states.get(key);
    const report = await this.#callCheck(kind, issuer, key);
    const latest = this.#states.get(key);
    // A fault reported while the check ran is newer than what the check has seen.
    if (latest !== undefined && latest !== before && latest.isAtFault) return latest;
    const after = afterCheck(latest, { ...identityOf(issuer), report }, { now: performance.now() });
    this.#states.set(key, after);
    if (latest?.isAtFault === true) this.#options.onRecovered(key);
    return after;
  }

  async sign(call: SignCall): Promise<Outcome> {
    const { kind, issuer } = this.#find(call.issuer) ?? {};
    if (kind === undefined || issuer === undefined) {
      return { type: "transient", message: `${describeIssuer(call.issuer)} is gone` };
    }
    const { issuer: key, ...rest } = call;
    const reading = readSpec(kind.definition, issuer);
    if (!reading.isValid) return { type: "issuerAtFault", message: reading.message };
    const what = `sign() of ${describeIssuer(key)}`;
    try {
      const result = await this.#call(what, this.#options.signDeadlineMs, (signal) => {
        const context = this.#context(kind, issuer, { key, spec: reading.spec, signal });
        return kind.definition.sign({ ...context, ...rest });
      });
      const state = this.#states.get(key);
      if (state !== undefined) this.#states.set(key, { ...state, faults: 0 });
      return outcomeOfResult(result);
    } catch (error) {
      const { namespace, name } = call.request;
      this.#options.logger.warn({ err: error, issuer: key, namespace, name }, "Signing failed");
      return outcomeOfError(error);
    }
  }

  async #callCheck(kind: ServedKind, issuer: IssuerObject, key: IssuerKey): Promise<IssuerReport> {
    const reading = readSpec(kind.definition, issuer);
    if (!reading.isValid) return { type: "failed", message: reading.message };
    const what = `check() of ${describeIssuer(key)}`;
    try {
      await this.#call(what, this.#options.checkDeadlineMs, (signal) =>
        kind.definition.check(this.#context(kind, issuer, { key, spec: reading.spec, signal })),
      );
      return { type: "ready" };
    } catch (error) {
      this.#options.logger.warn({ err: error, issuer: key }, "Check of issuer failed");
      const { type } = outcomeOfError(error);
      return { type: type === "permanent" ? "failed" : "notReady", message: messageOf(error) };
    }
  }

  #call<T>(what: string, deadlineMs: number, call: (s: AbortSignal) => Promise<T>): Promise<T> {
    const { logger, signal } = this.#options;
    const onOverdue = (): void =>
      logger.error({ call: what }, "The call does not end although its signal has aborted");
    return callWithDeadline(call, { what, deadlineMs, signal, onOverdue });
  }

  #context(
    kind: ServedKind,
    object: IssuerObject,
    call: { key: IssuerKey; spec: unknown; signal: AbortSignal },
  ): CheckContext<unknown> {
    const { logger } = this.#options;
    const read = (what: ReferenceKind) => (name: string) =>
      this.#read(kind, object, { kind: what, name, key: call.key, signal: call.signal });
    return {
      issuer: issuerOf(kind, object, call.spec),
      secret: read("Secret"),
      configMap: read("ConfigMap"),
      signal: call.signal,
      logger,
    };
  }

  async #read(
    kind: ServedKind,
    object: IssuerObject,
    what: { kind: ReferenceKind; name: string; key: IssuerKey; signal: AbortSignal },
  ): Promise<ReferencedObject> {
    const { client, clusterResourceNamespace, onRead } = this.#options;
    const namespace = kind.namespaced ? object.metadata.namespace : clusterResourceNamespace;
    if (namespace === undefined) {
      throw new IssuerError(
        `${what.kind} ${what.name} of a cluster issuer cannot be looked for: start the controller with --cluster-resource-namespace`,
      );
    }
    return readReference(
      client,
      { kind: what.kind, namespace, name: what.name },
      { signal: what.signal, onRead: (reference, version) => onRead(what.key, reference, version) },
    );
  }

  async #write(kind: ServedKind, issuer: IssuerObject, report: IssuerReport): Promise<void> {
    const { client, fieldOwner, logger } = this.#options;
    const status = issuerStatusToApply(issuer, report, new Date());
    if (status === undefined) return;
    const { namespace, name, resourceVersion } = issuer.metadata;
    const metadata = {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    };
    try {
      await client.applyStatus(kind.resource, { metadata, status }, { fieldOwner });
      logger.info(
        { kind: kind.kind, namespace, name, report: report.type },
        "Issuer status written",
      );
    } catch (error) {
      // Gone, or newer than the store knew: the watch tells, and the issuer is looked at again.
      if (isApiError(error, "NotFound") || isApiError(error, "Conflict")) return;
      throw error;
    }
  }

  #find(key: IssuerKey): { kind: ServedKind; issuer: IssuerObject | undefined } | undefined {
    const { kind: name, group, key: objectKey } = placeOfIssuer(key);
    const kind = this.#options.kinds.find((each) => each.kind === name && each.group === group);
    return kind === undefined ? undefined : { kind, issuer: kind.issuers.get(objectKey) };
  }
}

function issuerOf(kind: DefinedKind, object: IssuerObject, spec: unknown): Issuer<unknown> {
  const { namespace, name } = object.metadata;
  const issuer = { kind: kind.kind, name, ...identityOf(object), spec };
  return namespace === undefined ? issuer : { ...issuer, namespace };
}

function identityOf(issuer: IssuerObject): { uid: string; generation: number } {
  return { uid: issuer.metadata.uid ?? "", generation: issuer.metadata.generation ?? 0 };
}
