import { setTimeout } from "node:timers/promises";

/** Waits, or returns early when the signal aborts: the caller looks at the signal. */
export async function sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
  try {
    await setTimeout(delayMs, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}
