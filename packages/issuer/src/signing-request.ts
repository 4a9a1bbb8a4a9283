import { createHash } from "node:crypto";
import type { ObjectMeta } from "@countersign/kube";
import {
  type Csr,
  DEFAULT_USAGES,
  parseCsr,
  resolveUsages,
  verifyCsrSignature,
} from "@countersign/x509";

/** A request as `sign()` sees it, whichever kind it is of. */
export interface SigningRequest {
  /** Empty for a Kubernetes CertificateSigningRequest, which has none. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** The PKCS #10 request as it was made. */
  readonly csrPem: string;
  /** The same, parsed; its signature is good. */
  readonly csr: Csr;
  readonly durationMs: number;
  readonly isCA: boolean;
  /** cert-manager's words: `digital signature`, `server auth`. */
  readonly usages: readonly string[];
  /** Who made the request, as the API server knew them. */
  readonly username?: string;
  readonly groups: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** What both kinds of request say, in one form. */
export interface RequestedFields {
  /** The PEM of a PKCS #10 request, base64. */
  readonly request: string;
  readonly durationMs: number;
  readonly isCA: boolean;
  readonly usages?: readonly string[] | undefined;
  readonly username?: string | undefined;
  readonly groups?: readonly string[] | undefined;
}

/** cert-manager's default: 90 days. */
export const DEFAULT_DURATION_MS: number = 90 * 24 * 3_600_000;

/**
 * Reads what a request asks for, and verifies that whoever made its CSR has the key.
 *
 * @throws X509Error where the CSR cannot be read, its signature is wrong or a usage is unknown.
 * cert-manager's webhook refuses such CertificateRequests, but it need not have been there.
 */
export function readSigningRequest(metadata: ObjectMeta, fields: RequestedFields): SigningRequest {
  const csrPem = Buffer.from(fields.request, "base64").toString("utf8");
  const csr = parseCsr(csrPem);
  verifyCsrSignature(csr);
  const { durationMs, isCA, usages = [], username, groups = [] } = fields;
  resolveUsages(usages, { isCA });
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    uid: metadata.uid ?? "",
    csrPem,
    csr,
    durationMs,
    isCA,
    usages: usages.length === 0 ? DEFAULT_USAGES : usages,
    groups,
    annotations: metadata.annotations ?? {},
    ...(username === undefined ? {} : { username }),
  };
}

/** The key by which a CA can tell a repeated call: it follows the request and its CSR. */
export function idempotencyKeyOf(request: Pick<SigningRequest, "uid" | "csr">): string {
  const digest = createHash("sha256").update(request.csr.der).digest("hex");
  return `${request.uid}-${digest.slice(0, 32)}`;
}
