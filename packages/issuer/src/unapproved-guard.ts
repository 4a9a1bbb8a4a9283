/** Lets requests be signed without approval only where cert-manager has no approval. */
import timers from "node:timers/promises";
import type { Client, Logger } from "@countersign/kube";
import { readApprovalSupport } from "./approval-support.ts";

/** The gate that asks for it. */
const GATE = "LegacyUnapprovedRequests";

/**
 * Thrown where requests may not be signed without approval.
 *
 * - `ERR_APPROVAL_SUPPORTED`: the cluster's cert-manager has approval.
 * - `ERR_APPROVAL_UNKNOWN`: it cannot be told, as the cluster serves no CertificateRequest.
 */
export class UnapprovedError extends Error {
  override readonly name = "UnapprovedError";
  readonly code: "ERR_APPROVAL_SUPPORTED" | "ERR_APPROVAL_UNKNOWN";

  constructor(code: UnapprovedError["code"], reason: string) {
    super(`Cannot sign unapproved requests (feature gate ${GATE}): ${reason}`);
    this.code = code;
  }
}

/** What the guard works with. */
export interface UnapprovedGuardOptions {
  readonly client: Client;
  readonly logger: Logger;
  /** Ends the guard, and what it guards. */
  readonly signal: AbortSignal;
}

/** How often it is said that the gate is on, and looked whether cert-manager has approval by now. */
const REMIND_MS = 5 * 60_000;

const WARNING =
  "Requests are signed without approval: whoever may create a CertificateRequest gets a certificate. Upgrade cert-manager to 1.3 or newer and turn this feature gate off";

/**
 * Runs `serve`, which signs unapproved requests, as long as the cluster's cert-manager has no
 * approval.
 *
 * Guarantees: `serve` is not called where cert-manager has approval or that cannot be told. When
 * cert-manager is upgraded meanwhile, `serve` is ended by its signal within minutes. While it runs
 * the log warns of it, at once and every 5 minutes.
 *
 * @throws UnapprovedError when `serve` may not run, or not any longer; otherwise what `serve` throws.
 */
export async function whileApprovalIsUnsupported(
  options: UnapprovedGuardOptions,
  serve: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const support = await readApprovalSupport(options.client, options);
  if (support === "supported") throw approvalSupported();
  if (support === "unknown") throw approvalUnknown();
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const end = (): void => ended.abort();
  const results = await Promise.allSettled([
    serve(signal).finally(end),
    watchForApproval({ ...options, signal }).finally(end),
  ]);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

/** @throws UnapprovedError once cert-manager has approval. What cannot be told is asked again. */
async function watchForApproval(options: UnapprovedGuardOptions): Promise<void> {
  const { client, logger, signal } = options;
  const notTold = (err: unknown): "unknown" => {
    if (!signal.aborted) logger.warn({ err }, "Cannot tell whether cert-manager has approval now");
    return "unknown";
  };
  while (!signal.aborted) {
    logger.warn({ featureGate: GATE }, WARNING);
    await timers.setTimeout(REMIND_MS, undefined, { signal }).catch(() => {}); // the loop looks why
    const support = await readApprovalSupport(client, { signal }).catch(notTold);
    if (support === "supported") throw approvalSupported();
  }
}

function approvalSupported(): UnapprovedError {
  return new UnapprovedError(
    "ERR_APPROVAL_SUPPORTED",
    "the cert-manager of this cluster has approval, which this would go round; turn the gate off",
  );
}

function approvalUnknown(): UnapprovedError {
  return new UnapprovedError(
    "ERR_APPROVAL_UNKNOWN",
    "this cluster serves no cert-manager.io/v1 CertificateRequest, so whether its cert-manager has approval cannot be told; install cert-manager first, or turn the gate off",
  );
}
