/** Makes entries of the cache of servers: once, whole or not at all. */
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Progress, withProgress } from "../progress.ts";
import { PID_FILE } from "../supervisor/protocol.ts";
import { type Supervisor, startSupervisor } from "../supervisor/supervisor.ts";
import { isTestingError } from "../testing-error.ts";

/** Puts the files of an entry into `out`. What it runs under the supervisor ends with this process. */
export type FillEntry = (place: { supervisor: Supervisor; out: string }) => Promise<void>;

const POLL_MS = 250;

/** An owner writes its process id at once; a folder without one may be that young. */
const NEWBORN_MS = 10_000;

/** Process ids are used again: an owner this old is taken for another process. */
const LONGEST_BUILD_MS = 2 * 60 * 60 * 1000;

/**
 * Makes a cache entry unless it is there.
 *
 * Guarantees: an entry appears complete, by a rename. Of runs side by side one makes it and the
 * others wait. The lock is the supervisor's folder: it goes when its owner does, and one that
 * survived (a power cut) is recognised by its dead process id and taken away.
 */
export async function makeCacheEntry(
  entry: string,
  fill: FillEntry,
  options: { progress: Progress | undefined; signal: AbortSignal | undefined },
): Promise<void> {
  const lock = `${entry}.building`;
  await mkdir(dirname(entry), { recursive: true, mode: 0o700 });
  while (!existsSync(entry)) {
    options.signal?.throwIfAborted();
    const supervisor = await tryLock(lock, options.signal);
    if (supervisor === undefined) await waitForOwner(lock, options);
    else await makeUnderLock(entry, fill, { supervisor, signal: options.signal });
  }
}

async function tryLock(
  lock: string,
  signal: AbortSignal | undefined,
): Promise<Supervisor | undefined> {
  try {
    return await startSupervisor({ dir: lock, signal });
  } catch (error) {
    if (isTestingError(error, "ERR_FOLDER_EXISTS")) return undefined;
    throw error;
  }
}

async function makeUnderLock(
  entry: string,
  fill: FillEntry,
  { supervisor, signal }: { supervisor: Supervisor; signal: AbortSignal | undefined },
): Promise<void> {
  const stop = () => void supervisor.stop(); // awaited below, whatever happens
  signal?.addEventListener("abort", stop, { once: true });
  try {
    if (existsSync(entry)) return;
    const out = join(supervisor.dir, "out");
    await mkdir(out);
    await fill({ supervisor, out });
    signal?.throwIfAborted();
    await rename(out, entry);
  } catch (error) {
    // An abort takes the folder away under whatever was being done in it.
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    await supervisor.stop();
  }
}

async function waitForOwner(
  lock: string,
  options: { progress: Progress | undefined; signal: AbortSignal | undefined },
): Promise<void> {
  if (!(await hasOwner(lock))) {
    await rm(lock, { recursive: true, force: true });
    return;
  }
  await withProgress(
    `wait for another process that is making ${lock.replace(/\.building$/, "")}`,
    async () => {
      while (await hasOwner(lock)) {
        await sleep(POLL_MS, undefined, options.signal && { signal: options.signal });
      }
    },
    options,
  );
}

async function hasOwner(lock: string): Promise<boolean> {
  try {
    const ageMs = Date.now() - (await stat(lock)).birthtimeMs;
    const pid = Number(await readFile(join(lock, PID_FILE), "utf8").catch(() => ""));
    return pid === 0 ? ageMs < NEWBORN_MS : ageMs < LONGEST_BUILD_MS && isAlive(pid);
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
