import { defineResource, type KubeObject, type Logger, type Resource } from "@countersign/kube";
import type * as z from "zod";
import type { CheckResult } from "./check-result.ts";
import { type IssuerLimits, wrongLimit } from "./flow-limits.ts";
import type { IssuerObject } from "./issuer-object.ts";
import type { IssuerKind } from "./issuer-ref.ts";
import type { MismatchPolicy } from "./mismatch-policy.ts";
import type { Issued, Json, Pending } from "./outcome.ts";
import type { ReferencedObject } from "./reference.ts";
import type { SigningRequest } from "./signing-request.ts";

/** An issuer as an author's functions see it: the same for both kinds. */
export interface Issuer<Spec> {
  readonly kind: string;
  /** Missing for a cluster issuer. */
  readonly namespace?: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  /** Validated by the definition's schema, its defaults filled in. */
  readonly spec: Spec;
}

/** What `check()` gets. */
export interface CheckContext<Spec> {
  readonly issuer: Issuer<Spec>;
  /**
   * Reads a Secret from the issuer's own namespace, or from the cluster resource namespace for a
   * cluster issuer. When it changes, the issuer is checked again.
   *
   * @throws IssuerError where it does not exist or may not be read.
   */
  readonly secret: (name: string) => Promise<ReferencedObject>;
  /** Reads a ConfigMap, as `secret` reads a Secret. */
  readonly configMap: (name: string) => Promise<ReferencedObject>;
  /**
   * Aborts at the deadline, when the program ends and, in `sign()`, when the request is deleted. Give
   * it to every call you make.
   */
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** What `sign()` gets. */
export interface SignContext<Spec> extends CheckContext<Spec> {
  readonly request: SigningRequest;
  /** What the last `pending()` of this request kept. */
  readonly order?: Json;
  /** Which call for this request this is, counted from 1. */
  readonly attempt: number;
  /**
   * The same for every call for this request and different for every other: the request's uid and a
   * digest of its CSR. A CA that knows idempotency keys then issues once, whatever is lost between.
   */
  readonly idempotencyKey: string;
}

/** An issuer type, as its author declares it. */
export interface IssuerDefinition<Schema extends z.ZodType = z.ZodType> {
  /** The API group, a DNS name of the author's: `issuers.example.com`. */
  readonly group: string;
  readonly version: string;
  /** The kinds to offer, one or both. Their plurals are the lower-case kind and an `s`. */
  readonly kinds: { readonly issuer?: string; readonly clusterIssuer?: string };
  /** The only definition of the spec: it types it, validates it and makes the CRD's schema. */
  readonly spec: Schema;
  /**
   * Finds out whether the CA can be used. Called when the issuer or what it refers to changes, and
   * now and then.
   *
   * Throw when it cannot: the issuer is not Ready with your message, and is checked again; after a
   * `PermanentError` only once it has changed.
   *
   * Return nothing, or when the CA ends: the issuer's condition says until when it can issue, warns in
   * time to renew it, and is not Ready after the end.
   */
  check(context: CheckContext<z.output<Schema>>): Promise<void> | Promise<CheckResult | undefined>;
  /**
   * Has the CA issue a certificate. The request is approved, its CSR parsed and its signature
   * verified.
   *
   * Return the certificate, or `pending()`. Whatever is thrown is tried again, but for
   * `PermanentError` (this request never) and `IssuerError` (this issuer not now).
   */
  sign(context: SignContext<z.output<Schema>>): Promise<Issued | Pending>;
  /**
   * Finds what the CA may have issued for this request already, by `idempotencyKey`; undefined where
   * it has not. Called before `sign()` whenever an earlier call may have reached the CA: after one
   * that failed, and for every request that is older than this process. A CA that is asked first
   * issues once, though it knows no idempotency keys.
   */
  lookup?(context: SignContext<z.output<Schema>>): Promise<Issued | undefined>;
  /**
   * What follows when the CA grants something else than was asked for, mismatch by mismatch.
   *
   * @default `DEFAULT_POLICY`: an unexpected name or CA:TRUE fails, what narrows the certificate warns
   */
  readonly onMismatch?: Partial<MismatchPolicy>;
  /**
   * Whether a CertificateRequest's `status.ca` is written, from which cert-manager makes `ca.crt`.
   * Kubernetes' own requests have no such field. @default true
   */
  readonly setCA?: boolean;
  /**
   * What each issuer of the type may ask of its CA. The program's flag
   * `--max-concurrent-requests-per-issuer`, where it is given, comes before `concurrency`.
   *
   * @default 8 calls of `sign()` at the same time, and no limit over time
   */
  readonly limits?: IssuerLimits;
  /**
   * Leaves an issuer, and all requests that refer to it, to somebody else: nothing is written to
   * either. Asked again at every look, so that it may follow labels and annotations. It must be quick,
   * and the same at every replica.
   */
  ignoreIssuer?(issuer: IssuerObject): boolean;
  /** Leaves a request to somebody else, as `ignoreIssuer` does an issuer. */
  ignoreRequest?(request: KubeObject): boolean;
}

/** Declares an issuer type. The types of `check` and `sign` follow from `spec`. */
export function defineIssuer<Schema extends z.ZodType>(
  definition: IssuerDefinition<Schema>,
): IssuerDefinition<Schema> {
  const { group, version, kinds, limits = {} } = definition;
  const isGroup = GROUP.test(group) && group.length <= LONGEST_GROUP;
  require(isGroup, "group", group, "a DNS name of at most 63 characters with at least one dot");
  require(VERSION.test(version), "version", version, "v1, v1alpha1 or the like");
  const names = [kinds.issuer, kinds.clusterIssuer].filter((kind) => kind !== undefined);
  require(names.length > 0, "kinds", "{}", "issuer, clusterIssuer or both");
  for (const kind of names) require(KIND.test(kind), "kind", kind, "in PascalCase");
  require(new Set(names).size === names.length, "kinds", names.join(" and "), "two names");
  const wrong = wrongLimit(limits);
  if (wrong) require(false, `limits.${wrong.name}`, String(limits[wrong.name]), wrong.must);
  return definition;
}

const GROUP = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/;
/** Events name who reports them, in a qualified name: it is the group. */
const LONGEST_GROUP = 63;
const VERSION = /^v[1-9][0-9]*((alpha|beta)[1-9][0-9]*)?$/;
const KIND = /^[A-Z][A-Za-z0-9]*$/;

function require(isMet: boolean, what: string, was: string, must: string): void {
  if (!isMet) throw new TypeError(`Cannot define issuer: ${what} is ${was}, must be ${must}`);
}

/** One kind of a definition: where the API server serves it, and whose it is. */
export interface DefinedKind extends IssuerKind {
  readonly resource: Resource<IssuerObject>;
  readonly definition: IssuerDefinition;
}

/** The kinds of some definitions, one by one. */
export function kindsOf(definitions: readonly IssuerDefinition[]): DefinedKind[] {
  return definitions.flatMap((definition) => {
    const { issuer, clusterIssuer } = definition.kinds;
    return [
      ...(issuer === undefined ? [] : [kindOf(definition, issuer, true)]),
      ...(clusterIssuer === undefined ? [] : [kindOf(definition, clusterIssuer, false)]),
    ];
  });
}

function kindOf(definition: IssuerDefinition, kind: string, namespaced: boolean): DefinedKind {
  const { group, version } = definition;
  const plural = `${kind.toLowerCase()}s`;
  const resource = defineResource<IssuerObject>({ group, version, kind, plural, namespaced });
  return { group, kind, plural, namespaced, resource, definition };
}
