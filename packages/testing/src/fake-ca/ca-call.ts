/** What a fake CA is asked, and what it can answer. */

/** One call that has reached the CA. */
export interface CaCall {
  /** Counted from 1, over all calls. */
  readonly number: number;
  /** `health` is a check, `sign` brings a CSR, `poll` asks for the certificate of an order. */
  readonly kind: "health" | "sign" | "poll";
  /** What came as `Bearer`; empty where nothing did. */
  readonly token: string;
  /** Empty where there is none. A poll's is that of the call that placed the order. */
  readonly idempotencyKey: string;
  /** Empty for `health`. */
  readonly csrPem: string;
}

/**
 * How the CA answers a call:
 *
 * - `ok`: it is healthy; it issues.
 * - `accept`: 202 with the number of an order, to be polled; to a poll: not yet.
 * - `refuse`: an error, and no certificate is made.
 * - `loseAnswer`: it issues, and its connection ends before the caller knows.
 */
export type CaAnswer =
  | { readonly do: "ok" }
  | { readonly do: "accept" }
  | {
      readonly do: "refuse";
      readonly status: number;
      readonly text?: string;
      readonly retryAfterS?: number;
    }
  | { readonly do: "loseAnswer" };

/** Decides on a call; a CA that is slow, or hangs, is one that decides late. */
export type CaBehaviour = (call: CaCall) => CaAnswer | Promise<CaAnswer>;
