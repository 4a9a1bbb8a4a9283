import { setTimeout } from "node:timers/promises";
import { isTransportError } from "@countersign/kube";

/** What an API server answers that is overrun, or has just started and does not know its webhooks and rights. */
const OUTAGE_CODES = [
  "Forbidden",
  "InternalError",
  "ServiceUnavailable",
  "Timeout",
  "ServerTimeout",
  "TooManyRequests",
];

const AGAIN_AFTER_MS = 200;

/**
 * Calls until the API server answers as one in good order does. A call that was cut off may have
 * acted: to create an object is then refused with `AlreadyExists`, to delete one with `NotFound`.
 */
export async function despiteOutage<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isOutage(error)) throw error;
      await setTimeout(AGAIN_AFTER_MS);
    }
  }
}

/** As {@link despiteOutage}; where the call was refused because an earlier try had acted, undefined. */
export async function onceDespiteOutage<T>(
  call: () => Promise<T>,
  acted: "AlreadyExists" | "NotFound",
): Promise<T | undefined> {
  try {
    return await despiteOutage(call);
  } catch (error) {
    if (codeOf(error) === acted) return undefined;
    throw error;
  }
}

function isOutage(error: unknown): boolean {
  return isTransportError(error) || OUTAGE_CODES.includes(codeOf(error) ?? "");
}

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string }).code;
}
