/** Shared by all copies of this package in a process: an author's module may bring its own. */
const LOADING = Symbol.for("@countersign/issuer loading");

type Guarded = { [LOADING]?: true };

/**
 * Loads a module for what it exports. A program in it, started by `run()` without asking whether it
 * was started itself, is refused meanwhile: a tool that wants to read a definition must not serve
 * issuers in whichever cluster is the current one.
 */
export async function whileLoading<T>(load: () => Promise<T>): Promise<T> {
  const guarded = globalThis as Guarded;
  guarded[LOADING] = true;
  try {
    return await load();
  } finally {
    delete guarded[LOADING];
  }
}

/** @throws Error where a module is being loaded for its definition. */
export function refuseWhileLoading(): void {
  if ((globalThis as Guarded)[LOADING] === undefined) return;
  throw new Error(
    "it calls run() when it is loaded, must call it only when it is started itself: if (import.meta.main) await run(…)",
  );
}
