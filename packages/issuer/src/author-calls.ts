import type { Client, Logger } from "@countersign/kube";
import { type CheckResult, reportOfCheck } from "./check-result.ts";
import { callWithDeadline } from "./deadline.ts";
import type {
  CheckContext,
  DefinedKind,
  Issuer,
  IssuerDefinition,
  SignContext,
} from "./define-issuer.ts";
import type { IssuerObject } from "./issuer-object.ts";
import { describeIssuer, type IssuerKey } from "./issuer-ref.ts";
import { readSpec } from "./issuer-spec.ts";
import type { IssuerReport } from "./issuer-status.ts";
import {
  type Issued,
  IssuerError,
  messageOf,
  type Outcome,
  outcomeOfError,
  outcomeOfResult,
  type Pending,
} from "./outcome.ts";
import {
  type Reference,
  type ReferencedObject,
  type ReferenceKind,
  readReference,
} from "./reference.ts";
import type { SignCall } from "./request-reconciler.ts";

/** What an author's functions are called with, besides their issuer. */
export interface AuthorCallsOptions {
  readonly client: Client;
  /** Where the Secrets of cluster issuers are. */
  readonly clusterResourceNamespace: string | undefined;
  readonly logger: Logger;
  /** Aborts what the author's functions still do when the program must end. */
  readonly signal: AbortSignal;
  /** Told what an issuer has read, so that it can be watched. */
  readonly onRead: (issuer: IssuerKey, reference: Reference, version: string | undefined) => void;
  readonly checkDeadlineMs: number;
  readonly signDeadlineMs: number;
}

/** The issuer that a function is called for. */
export interface CalledIssuer {
  readonly key: IssuerKey;
  readonly kind: DefinedKind;
  readonly issuer: IssuerObject;
}

/**
 * Calls an author's functions: with the spec read by their schema, with what the issuer refers to at
 * hand, within a deadline. Whatever they do comes back as a value; nothing is thrown.
 */
export class AuthorCalls {
  readonly #options: AuthorCallsOptions;

  constructor(options: AuthorCallsOptions) {
    this.#options = options;
  }

  async check(target: CalledIssuer): Promise<IssuerReport> {
    const { kind, issuer, key } = target;
    const reading = readSpec(kind.definition, issuer);
    if (!reading.isValid) return { type: "failed", message: reading.message };
    const { checkDeadlineMs: deadlineMs, signal, logger } = this.#options;
    const settings = { what: `check() of ${describeIssuer(key)}`, deadlineMs, signals: [signal] };
    try {
      const result = await this.#call<unknown>(settings, (signal) =>
        kind.definition.check(this.#context(target, reading.spec, signal)),
      );
      return reportOfCheck(result as CheckResult | undefined, new Date());
    } catch (error) {
      logger.warn({ err: error, issuer: key }, "Check of issuer failed");
      const { type } = outcomeOfError(error);
      return { type: type === "permanent" ? "failed" : "notReady", message: messageOf(error) };
    }
  }

  async sign(target: CalledIssuer, call: SignCall): Promise<Outcome> {
    const { kind, issuer, key } = target;
    const reading = readSpec(kind.definition, issuer);
    if (!reading.isValid) return { type: "issuerAtFault", message: reading.message };
    const { issuer: _, signal: gone, mayBeIssued, ...rest } = call;
    const { signDeadlineMs: deadlineMs, logger } = this.#options;
    const signals = [this.#options.signal, gone];
    const settings = { what: `sign() of ${describeIssuer(key)}`, deadlineMs, signals };
    try {
      const result = await this.#call(settings, (signal) => {
        const context = { ...this.#context(target, reading.spec, signal), ...rest };
        return signOnce(kind.definition, context, mayBeIssued);
      });
      return outcomeOfResult(result);
    } catch (error) {
      if (signals.some(({ aborted }) => aborted)) return { type: "aborted" };
      const { namespace, name } = call.request;
      logger.warn({ err: error, issuer: key, namespace, name }, "Signing failed");
      return outcomeOfError(error);
    }
  }

  #call<T>(
    settings: { what: string; deadlineMs: number; signals: readonly AbortSignal[] },
    call: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { logger } = this.#options;
    const fields = { call: settings.what };
    const onOverdue = (): void =>
      logger.error(fields, "The call does not end although its signal has aborted");
    return callWithDeadline(call, { ...settings, onOverdue });
  }

  #context(target: CalledIssuer, spec: unknown, signal: AbortSignal): CheckContext<unknown> {
    const read = (kind: ReferenceKind) => (name: string) =>
      this.#read(target, { kind, name, signal });
    return {
      issuer: issuerOf(target, spec),
      secret: read("Secret"),
      configMap: read("ConfigMap"),
      signal,
      logger: this.#options.logger,
    };
  }

  async #read(
    { kind, issuer, key }: CalledIssuer,
    what: { kind: ReferenceKind; name: string; signal: AbortSignal },
  ): Promise<ReferencedObject> {
    const { client, clusterResourceNamespace, onRead } = this.#options;
    const namespace = kind.namespaced ? issuer.metadata.namespace : clusterResourceNamespace;
    if (namespace === undefined) {
      throw new IssuerError(
        `${what.kind} ${what.name} of a cluster issuer cannot be looked for: start the controller with --cluster-resource-namespace`,
      );
    }
    return readReference(
      client,
      { kind: what.kind, namespace, name: what.name },
      { signal: what.signal, onRead: (reference, version) => onRead(key, reference, version) },
    );
  }
}

function issuerOf({ kind, issuer }: CalledIssuer, spec: unknown): Issuer<unknown> {
  const { namespace, name, uid = "", generation = 0 } = issuer.metadata;
  const seen = { kind: kind.kind, name, uid, generation, spec };
  return namespace === undefined ? seen : { ...seen, namespace };
}

/** Asks the CA what it has issued already, where it may have and the author can ask. */
async function signOnce(
  definition: IssuerDefinition,
  context: SignContext<unknown>,
  mayBeIssued: boolean,
): Promise<Issued | Pending> {
  const found = mayBeIssued ? await definition.lookup?.(context) : undefined;
  return found ?? definition.sign(context);
}
