/** What is looked at of each file: a text that differs when the file does; undefined where there is none. */
export type Stamps = ReadonlyMap<string, string | undefined>;

/** What is known between two looks. */
export interface WatchState {
  /** What was told last. */
  readonly told: Stamps;
  /** What the last look saw. */
  readonly seen: Stamps;
}

/** Before the first look: what it sees is how things are, and no change. */
export function startWatching(stamps: Stamps): WatchState {
  return { told: stamps, seen: stamps };
}

/**
 * Decides after a look at the files which of them to tell as changed: those that differ from what was
 * told last, once a second look has seen nothing move. An editor writes in several steps, and saves
 * several files one after the other. A file that is looked at for the first time is no change.
 */
export function settledChanges(
  { told, seen }: WatchState,
  now: Stamps,
): { state: WatchState; changed: readonly string[] } {
  const known = new Map(
    [...now].map(([file, stamp]) => [file, told.has(file) ? told.get(file) : stamp]),
  );
  const isMoving = [...now].some(([file, stamp]) => seen.has(file) && seen.get(file) !== stamp);
  const changed = [...now]
    .filter(([file, stamp]) => known.get(file) !== stamp)
    .map(([file]) => file);
  if (isMoving || changed.length === 0) return { state: { told: known, seen: now }, changed: [] };
  return { state: startWatching(now), changed };
}
