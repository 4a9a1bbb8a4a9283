/** How much may happen at once, and how much over time. */
export interface TokenRate {
  /** Tokens of a full bucket. */
  readonly burst: number;
  /** How long one more token takes. */
  readonly refillMs: number;
}

/** The tokens that were left at a time. */
export interface TokenBucket {
  readonly tokens: number;
  readonly at: number;
}

/**
 * How many tokens there are, in parts. A bucket that nobody has taken from is full. A clock that went
 * back refills nothing.
 */
export function tokensAt(rate: TokenRate, bucket: TokenBucket | undefined, now: number): number {
  const { tokens, at } = bucket ?? { tokens: rate.burst, at: now };
  return Math.min(rate.burst, tokens + Math.max(0, now - at) / rate.refillMs);
}

/** Takes a token: gives the bucket as it is then, or undefined when there is no token. */
export function takeToken(
  rate: TokenRate,
  bucket: TokenBucket | undefined,
  now: number,
): TokenBucket | undefined {
  const tokens = tokensAt(rate, bucket, now);
  return tokens < 1 ? undefined : { tokens: tokens - 1, at: now };
}
