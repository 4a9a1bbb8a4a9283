import type { BenchCluster } from "./bench-cluster.ts";
import { type Contender, startContender, whileRunning } from "./contender.ts";
import type { Memory } from "./issuer/tell-memory.ts";
import { memoryOf, usageOf } from "./process-usage.ts";
import { RequestWatch } from "./request-watch.ts";
import { createBacklog, deleteRequests } from "./requests.ts";

/** How a contender went through a backlog, seen from outside. */
export interface Drain {
  /** From the start of its process to the first certificate. */
  readonly firstMs: number;
  /** From the start of its process to the last certificate. */
  readonly lastMs: number;
  /** Requests a second, counted from the start of its process. */
  readonly perSecond: number;
  /** Requests a second, from the first certificate to the last. */
  readonly perSecondOnceBegun: number;
  readonly cpuMs: number;
  readonly peakRssMb: number;
  /** Of ours, where it was asked for. */
  readonly memory?: Memory;
}

/** No contender takes this long. */
const TIMEOUT_MS = 180_000;

/**
 * Starts a contender before a backlog of approved requests, waits until all are Ready, and stops it
 * again. The requests are deleted; what else is in the cluster stays.
 */
export async function drain(
  cluster: BenchCluster,
  contender: Contender,
  options: { requests: number; withMemory?: boolean },
): Promise<Drain> {
  const { client } = cluster;
  const { namespace } = contender;
  const { requests: count, withMemory = false } = options;
  await createBacklog(client, contender, { count });
  const names = Array.from({ length: count }, (_, index) => `request-${index}`);
  let measured: Drain;
  {
    await using watched = await RequestWatch.open(client, namespace);
    const isReady = (): boolean => names.every((name) => watched.ready.has(name));
    const startedAt = performance.now();
    const process = await startContender(cluster, contender);
    await whileRunning(process, watched.until(isReady, { timeoutMs: TIMEOUT_MS }));
    const usage = await usageOf(process.pid);
    const memory = withMemory ? { memory: await memoryOf(process) } : {};
    await process.stop();
    measured = { ...timesOf(names, watched, startedAt), ...usage, ...memory };
  }
  await deleteRequests(client, namespace, names);
  return measured;
}

function timesOf(
  names: readonly string[],
  { ready }: RequestWatch,
  startedAt: number,
): Pick<Drain, "firstMs" | "lastMs" | "perSecond" | "perSecondOnceBegun"> {
  const times = names.map((name) => (ready.get(name)?.readyAt ?? Number.NaN) - startedAt);
  const firstMs = Math.min(...times);
  const lastMs = Math.max(...times);
  return {
    firstMs,
    lastMs,
    perSecond: (names.length * 1_000) / lastMs,
    perSecondOnceBegun: ((names.length - 1) * 1_000) / (lastMs - firstMs),
  };
}
