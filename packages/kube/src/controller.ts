import { setImmediate as turn } from "node:timers/promises";
import {
  type ControllerMetrics,
  controllerMetrics,
  type ReconcileOutcome,
} from "./controller-metrics.ts";
import type { Logger } from "./logger.ts";
import { type Metrics, NO_METRICS } from "./metrics.ts";
import type { Workqueue } from "./workqueue.ts";

/** What a reconcile asks for: nothing more, or another look after a while. */
export interface ReconcileResult {
  readonly requeueAfterMs?: number;
}

/** A controller's parts. */
export interface ControllerOptions {
  /** The lower-case kind, as controller-runtime names controllers; in logs and metrics. */
  readonly name: string;
  readonly queue: Workqueue;
  /**
   * Makes the cluster as it should be for one key. Level-based: reads everything again, knows
   * nothing of the event that brought the key.
   *
   * A throw puts the key back with backoff; the error was unexpected and is logged as one.
   */
  readonly reconcile: (key: string) => Promise<ReconcileResult>;
  /** Keys reconciled at the same time. @default 1, as controller-runtime */
  readonly maxConcurrentReconciles?: number;
  readonly logger: Logger;
  /** Where `controller_runtime_*` are defined. */
  readonly metrics?: Metrics;
}

/**
 * Reconciles the keys of a queue until the signal aborts; settles when the reconciles under way
 * have ended.
 */
export async function runController(
  options: ControllerOptions,
  signal: AbortSignal,
): Promise<void> {
  const { name, queue, maxConcurrentReconciles = 1, metrics = NO_METRICS } = options;
  const measured = controllerMetrics(metrics, { name, maxConcurrentReconciles });
  const shutDown = (): void => queue.shutDown();
  signal.addEventListener("abort", shutDown, { once: true });
  if (signal.aborted) shutDown();
  await Promise.all(
    Array.from({ length: maxConcurrentReconciles }, () => work(options, { measured, signal })),
  );
}

/**
 * Each reconcile begins in a turn of the event loop of its own. Those of a backlog would otherwise go
 * through their steps side by side: the first write would be sent when all had been decided on, and
 * what else the program does, such as renewing its lease, would wait for them.
 */
async function work(
  options: ControllerOptions,
  { measured, signal }: { measured: ControllerMetrics; signal: AbortSignal },
): Promise<void> {
  const { queue } = options;
  for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
    await turn();
    if (signal.aborted) return;
    const ended = measured.begin();
    ended(await reconcileOnce(options, key));
    queue.done(key);
  }
}

async function reconcileOnce(options: ControllerOptions, key: string): Promise<ReconcileOutcome> {
  const { queue, reconcile, logger, name } = options;
  try {
    const { requeueAfterMs } = await reconcile(key);
    queue.forget(key);
    if (requeueAfterMs === undefined) return "success";
    queue.addAfter(key, requeueAfterMs);
    return requeueAfterMs > 0 ? "requeue_after" : "requeue";
  } catch (error) {
    const retryInMs = Math.round(queue.addRateLimited(key));
    logger.error({ err: error, controller: name, key, retryInMs }, "Reconcile failed");
    return "error";
  }
}
