import type { TokenRate } from "@countersign/kube";

/** What one issuer may ask of its CA, as the author of its type declares it. */
export interface IssuerLimits {
  /** Calls of `sign()` at the same time. */
  readonly concurrency?: number;
  /** Calls of `sign()` over time; without it as many as there are. */
  readonly requestsPerSecond?: number;
  /** Calls at once after a time with fewer. @default requestsPerSecond, at least 1 */
  readonly burst?: number;
}

/** The limits that are kept. */
export interface FlowLimits {
  readonly concurrency: number;
  readonly rate?: TokenRate;
}

/** A quarter of the calls that are made in all, by default, so that one dead CA leaves most of them. */
const DEFAULT_CONCURRENCY = 8;

/** The limits of an issuer: what the program's flag says comes before what the author has declared. */
export function flowLimits(limits: IssuerLimits = {}, concurrency?: number): FlowLimits {
  const { requestsPerSecond, burst = Math.max(1, requestsPerSecond ?? 1) } = limits;
  const rate = requestsPerSecond && { burst, refillMs: 1_000 / requestsPerSecond };
  return {
    concurrency: concurrency ?? limits.concurrency ?? DEFAULT_CONCURRENCY,
    ...(rate ? { rate } : {}),
  };
}

/** The part of the limits that a replica has which owns a part of the requests: at least one call. */
export function partOfLimits({ concurrency, rate }: FlowLimits, share: number): FlowLimits {
  if (share === 1 || share === 0) return { concurrency, ...(rate ? { rate } : {}) };
  const part = rate && { burst: Math.max(1, rate.burst * share), refillMs: rate.refillMs / share };
  return {
    concurrency: Math.max(1, Math.floor(concurrency * share)),
    ...(part ? { rate: part } : {}),
  };
}

/** Tells what is wrong with declared limits; undefined where nothing is. */
export function wrongLimit(
  limits: IssuerLimits,
): { name: keyof IssuerLimits; must: string } | undefined {
  const { concurrency = 1, requestsPerSecond = 1, burst = 1 } = limits;
  const must = "a whole number from 1";
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) return { name: "concurrency", must };
  if (!Number.isSafeInteger(burst) || burst < 1) return { name: "burst", must };
  return Number.isFinite(requestsPerSecond) && requestsPerSecond > 0
    ? undefined
    : { name: "requestsPerSecond", must: "a number above 0" };
}
