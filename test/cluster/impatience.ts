import type { TransportOptions } from "@countersign/kube";

/** How long an API server may be silent in tests whose calls hang. */
export const IMPATIENCE: TransportOptions = {
  headersTimeoutMs: 2_000,
  bodyTimeoutMs: 2_000,
  streamIdleTimeoutMs: 2_000,
};
