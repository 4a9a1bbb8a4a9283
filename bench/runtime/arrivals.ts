import { setTimeout as sleep } from "node:timers/promises";
import type { BenchCluster } from "./bench-cluster.ts";
import { percentile } from "./percentile.ts";
import { RequestWatch } from "./request-watch.ts";
import { createApprovedRequest, deleteRequests, type RequestOwner } from "./requests.ts";

/** How long requests waited that arrived one by one: from approval to Ready, in milliseconds. */
export interface Latencies {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly worstMs: number;
}

const TIMEOUT_MS = 120_000;

/** Requests before the first that counts: a program that has just started is not what is measured. */
const WARM_UP = 30;

/**
 * Creates and approves requests at a steady rate, waits until all are Ready, and deletes them. Whoever
 * serves them must be running.
 */
export async function measureArrivals(
  { client }: BenchCluster,
  owner: RequestOwner,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<Latencies> {
  const { namespace } = owner;
  const count = WARM_UP + Math.round(perSecond * seconds);
  const names = Array.from({ length: count }, (_, index) => `arriving-${index}`);
  const latencies: number[] = [];
  {
    await using watched = await RequestWatch.open(client, namespace);
    const isReady = (name: string): boolean => watched.ready.has(name);
    const begunAt = performance.now();
    const arriving: Promise<void>[] = [];
    for (const [index, name] of names.entries()) {
      const dueAt = begunAt + (index * 1_000) / perSecond;
      await sleep(Math.max(0, dueAt - performance.now()));
      arriving.push(createApprovedRequest(client, owner, name));
    }
    await Promise.all(arriving);
    await watched.until(() => names.every(isReady), { timeoutMs: TIMEOUT_MS });
    for (const name of names.slice(WARM_UP)) {
      const seen = watched.ready.get(name);
      if (seen !== undefined) latencies.push(seen.readyAt - seen.approvedAt);
    }
  }
  await deleteRequests(client, namespace, names);
  return {
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    worstMs: Math.max(...latencies),
  };
}
