import { createHash } from "node:crypto";
import { type Csr, parseCsr, verifyCsrSignature } from "@countersign/x509";
import type { CertificateRequest } from "./certificate-request.ts";
import { parseGoDuration } from "./go-duration.ts";

/** A request as `sign()` sees it. */
export interface SigningRequest {
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

/** cert-manager's defaults: 90 days, and what a TLS key needs. */
const DEFAULT_DURATION = "2160h";
const DEFAULT_USAGES = ["digital signature", "key encipherment"] as const;

/**
 * Reads what a CertificateRequest asks for, and verifies that whoever made its CSR has the key.
 *
 * @throws X509Error or SyntaxError where the request can never be signed. cert-manager's webhook
 * refuses such requests, but it need not have been there.
 */
export function readSigningRequest(request: CertificateRequest): SigningRequest {
  const { spec, metadata } = request;
  const csrPem = Buffer.from(spec.request, "base64").toString("utf8");
  const csr = parseCsr(csrPem);
  verifyCsrSignature(csr);
  const usages = spec.usages ?? [];
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    uid: metadata.uid ?? "",
    csrPem,
    csr,
    durationMs: parseGoDuration(spec.duration ?? DEFAULT_DURATION),
    isCA: spec.isCA ?? false,
    usages: usages.length === 0 ? DEFAULT_USAGES : usages,
    groups: spec.groups ?? [],
    annotations: metadata.annotations ?? {},
    ...(spec.username === undefined ? {} : { username: spec.username }),
  };
}

/** The key by which a CA can tell a repeated call: it follows the request and its CSR. */
export function idempotencyKeyOf(request: Pick<SigningRequest, "uid" | "csr">): string {
  const digest = createHash("sha256").update(request.csr.der).digest("hex");
  return `${request.uid}-${digest.slice(0, 32)}`;
}
