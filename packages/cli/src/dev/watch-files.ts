import { stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { type Stamps, settledChanges, startWatching, type WatchState } from "./settled-changes.ts";

const INTERVAL_MS = 200;

/**
 * Tells which files have changed since this was called, each time that some have and have then come to
 * rest. Files are looked at, not subscribed to: that sees every save, also where an editor puts a new
 * file in the old one's place, and in a folder that is mounted from elsewhere.
 *
 * @param files the paths to look at, asked for before each look; one that does not exist may come to.
 */
export async function watchFiles(
  files: () => Promise<Iterable<string>>,
  options: { signal: AbortSignal; intervalMs?: number },
): Promise<AsyncIterable<readonly string[]>> {
  return changes(files, { ...options, state: startWatching(await stampsOf(await files())) });
}

async function* changes(
  files: () => Promise<Iterable<string>>,
  options: { signal: AbortSignal; intervalMs?: number; state: WatchState },
): AsyncGenerator<readonly string[], void, undefined> {
  const { signal, intervalMs = INTERVAL_MS } = options;
  let { state } = options;
  while (!signal.aborted) {
    // Rejects when the signal aborts, which is looked at next.
    await setTimeout(intervalMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const next = settledChanges(state, await stampsOf(await files()));
    state = next.state;
    if (next.changed.length > 0) yield next.changed;
  }
}

async function stampsOf(files: Iterable<string>): Promise<Stamps> {
  const all = [...new Set(files)].map(async (file) => [file, await stampOf(file)] as const);
  return new Map(await Promise.all(all));
}

async function stampOf(file: string): Promise<string | undefined> {
  try {
    const { mtimeNs, size, ino } = await stat(file, { bigint: true });
    return `${mtimeNs} ${size} ${ino}`;
  } catch {
    return undefined;
  }
}
