import { setTimeout } from "node:timers/promises";
import type { SigningRequest } from "@countersign/issuer";
import { DEFAULT_POLICY } from "@countersign/issuer";
import {
  AuthorCalls,
  type CalledIssuer,
  type GateVerdict,
  type IssuerReport,
  idempotencyKeyOf,
  type Outcome,
  passGate,
  reactionTo,
} from "@countersign/issuer/inspect";
import type { Client, Logger } from "@countersign/kube";
import {
  type Certificate,
  compareCertificate,
  type Difference,
  parseCertificates,
} from "@countersign/x509";

/** A difference from what was asked for, and what the issuer's policy makes of it. */
export interface JudgedDifference extends Difference {
  readonly reaction: "fail" | "warn" | "accept";
}

/** How a request fares with an issuer: how far it comes, and what is said there. */
export type Rehearsal =
  /** The issuer's own check fails: a controller would not call `sign()`. */
  | { readonly ended: "check"; readonly check: IssuerReport }
  /** `sign()` has given no certificate. */
  | {
      readonly ended: "sign";
      readonly check: IssuerReport;
      readonly outcome: Exclude<Outcome, { type: "issued" }>;
    }
  /** There is a certificate, and the gate has judged it. */
  | {
      readonly ended: "gate";
      readonly check: IssuerReport;
      readonly verdict: GateVerdict;
      /** Empty where what came back cannot be read. */
      readonly issued: readonly Certificate[];
      readonly authorities: readonly Certificate[];
      readonly differences: readonly JudgedDifference[];
    };

/** What a rehearsal works with. */
export interface RehearseOptions {
  /** Where the issuer's Secrets and ConfigMaps are read. */
  readonly client: Client;
  readonly clusterResourceNamespace: string | undefined;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** How long an order at the CA is waited for. */
  readonly waitMs: number;
  readonly now: () => Date;
}

const CHECK_DEADLINE_MS = 30_000;
const SIGN_DEADLINE_MS = 60_000;

/**
 * Takes a request through what a controller does with it once it is approved: `check()`, `sign()`
 * until the CA has issued, the certificate gate. The author's functions run as they are, so that a CA
 * behind them really issues.
 */
export async function rehearse(
  target: CalledIssuer,
  request: SigningRequest,
  options: RehearseOptions,
): Promise<Rehearsal> {
  const calls = new AuthorCalls({
    ...options,
    onRead: () => {},
    checkDeadlineMs: CHECK_DEADLINE_MS,
    signDeadlineMs: SIGN_DEADLINE_MS,
  });
  const check = await calls.check(target);
  if (check.type === "notReady" || check.type === "failed") return { ended: "check", check };
  const outcome = await signUntilIssued(calls, target, { request, ...options });
  if (outcome.type !== "issued") return { ended: "sign", check, outcome };
  const policy = { ...DEFAULT_POLICY, ...target.kind.definition.onMismatch };
  const verdict = passGate(outcome, { asked: request, policy, now: options.now() });
  const issued = tryParse(outcome.certificate);
  const [leaf] = issued;
  const differences = leaf === undefined ? [] : compareCertificate(leaf, request);
  return {
    ended: "gate",
    check,
    verdict,
    issued: verdict.gate === "passed" ? parseCertificates(verdict.certificatePem) : issued,
    authorities:
      verdict.gate === "passed" && verdict.caPem !== undefined ? tryParse(verdict.caPem) : [],
    differences: differences.map((each) => ({ ...each, reaction: reactionTo(each, policy) })),
  };
}

async function signUntilIssued(
  calls: AuthorCalls,
  target: CalledIssuer,
  options: RehearseOptions & { request: SigningRequest },
): Promise<Outcome> {
  const { request, signal, waitMs, now } = options;
  const until = now().getTime() + waitMs;
  const call = {
    issuer: target.key,
    request,
    idempotencyKey: idempotencyKeyOf(request),
    mayBeIssued: false,
    signal,
  };
  let outcome = await calls.sign(target, { ...call, attempt: 1 });
  for (let attempt = 2; outcome.type === "pending"; attempt += 1) {
    const { retryAfterMs, order } = outcome;
    if (now().getTime() + retryAfterMs > until) break;
    await setTimeout(retryAfterMs, undefined, { signal });
    const known = order === undefined ? {} : { order };
    outcome = await calls.sign(target, { ...call, ...known, attempt });
  }
  return outcome;
}

/** Whatever the CA answers comes here: the gate has already said what is wrong with it. */
function tryParse(pem: string): Certificate[] {
  try {
    return parseCertificates(pem);
  } catch {
    return [];
  }
}
