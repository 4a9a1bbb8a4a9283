import { untilAborted } from "./abortable.ts";
import { isLeaderElectionError } from "./leader-election-error.ts";
import type { LeaderElector } from "./leader-elector.ts";
import type { Logger } from "./logger.ts";
import { ManagerError } from "./manager-error.ts";
import type { Runnable } from "./runnable.ts";
import { RunnableGroup } from "./runnable-group.ts";

/** What a program is made of, in the order in which it starts. */
export interface ManagerOptions {
  /** Run from first to last, so that probes are answered meanwhile. */
  readonly servers?: readonly Runnable[];
  /** Started, and so filled, before the lease is asked for: whoever wins it works at once. */
  readonly caches?: readonly Runnable[];
  /** Without it this process works as soon as its caches are filled. */
  readonly elector?: Pick<LeaderElector, "acquire" | "release" | "fence">;
  /** Run only while this process leads. */
  readonly controllers: readonly Runnable[];
  /** Told before the controllers start: from here on what the caches hold may be older than the last write of the process that led before. */
  readonly onStartedLeading?: () => void;
  /** Told when what the controllers still do has to end: the grace period is over, or the lease is lost. */
  readonly onGraceOver?: () => void;
  /** How long controllers may take to end after the signal. @default 30_000, as controller-runtime */
  readonly gracePeriodMs?: number;
  readonly logger: Logger;
}

const GRACE_PERIOD_MS = 30_000;

/** What is left after `onGraceOver`: to write what was given up, and to close what is open. */
const LAST_WORDS_MS = 3_000;

/**
 * Runs a program until the signal aborts.
 *
 * Expected flow: servers, caches, lease, controllers; after the signal the same backwards: controllers
 * take no more work and end what they have, the lease is released, caches and servers stop.
 *
 * Guarantees: settles within the grace period and a few seconds, whatever does not end. The lease is
 * released only when all controllers have ended; else it expires.
 *
 * @throws LeaderElectionError `ERR_LEASE_LOST` when another process may lead; ManagerError
 * `ERR_RUNNABLE_FAILED` when something failed to start or ended; `ERR_SHUTDOWN_TIMEOUT` when something
 * did not end. In each case the program should end: what is left of it may keep its process alive.
 */
export async function runManager(options: ManagerOptions, signal: AbortSignal): Promise<void> {
  const failed = new AbortController();
  const fail = (error: ManagerError): void => failed.abort(error);
  const groups = {
    servers: new RunnableGroup(fail),
    caches: new RunnableGroup(fail),
    controllers: new RunnableGroup(fail),
  };
  const lost = options.elector?.fence.closed;
  const ending = AbortSignal.any([signal, failed.signal, ...(lost === undefined ? [] : [lost])]);
  await start(options, groups, ending).catch((cause: unknown) => {
    fail(new ManagerError("ERR_RUNNABLE_FAILED", `Cannot start: ${cause}`, { cause }));
  });
  await untilAborted(ending);
  const isGraceful = !failed.signal.aborted && lost?.aborted !== true;
  const leftOver = await stop(options, groups, isGraceful);
  failed.signal.throwIfAborted();
  if (isLeaderElectionError(lost?.reason, "ERR_LEASE_LOST")) throw lost.reason;
  if (leftOver.length > 0) {
    throw new ManagerError(
      "ERR_SHUTDOWN_TIMEOUT",
      `Cannot stop ${leftOver.join(", ")}: still running after the grace period`,
    );
  }
}

interface Groups {
  readonly servers: RunnableGroup;
  readonly caches: RunnableGroup;
  readonly controllers: RunnableGroup;
}

async function start(options: ManagerOptions, groups: Groups, ending: AbortSignal): Promise<void> {
  const { servers = [], caches = [], controllers, elector } = options;
  await groups.servers.start(servers, ending);
  await groups.caches.start(caches, ending);
  if (!ending.aborted) await elector?.acquire(ending);
  if (ending.aborted) return;
  options.onStartedLeading?.();
  await groups.controllers.start(controllers, ending);
}

/** Returns the names of what has not ended. */
async function stop(
  options: ManagerOptions,
  groups: Groups,
  isGraceful: boolean,
): Promise<string[]> {
  const { elector, onGraceOver, gracePeriodMs = GRACE_PERIOD_MS } = options;
  const { controllers } = groups;
  controllers.stop();
  const graceMs = isGraceful ? gracePeriodMs : 0;
  let isDone = await controllers.ended(graceMs, isGraceful ? elector?.fence.closed : undefined);
  if (!isDone) {
    onGraceOver?.();
    isDone = await controllers.ended(LAST_WORDS_MS);
  }
  if (isDone) await elector?.release();
  for (const group of [groups.caches, groups.servers]) {
    group.stop();
    await group.ended(LAST_WORDS_MS);
  }
  return [groups.controllers, groups.caches, groups.servers].flatMap((group) => group.running);
}
