/** What a process says of its memory, in bytes. */
export interface Memory {
  /** What is alive on V8's heap. */
  readonly heapUsed: number;
  readonly rss: number;
  readonly peakRss: number;
}

/** Begins the line that the answer is on. */
export const MEMORY_LINE = "memory of this process: ";

/** At each signal collects garbage and prints a {@link Memory}. Takes node's `--expose-gc`. */
export function tellMemoryOnSignal(signal: NodeJS.Signals): void {
  process.on(signal, () => {
    // What the first one finalizes the second one frees.
    for (let round = 0; round < 2; round += 1) globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    const memory: Memory = { heapUsed, rss, peakRss: process.resourceUsage().maxRSS * 1_024 };
    process.stdout.write(`${MEMORY_LINE}${JSON.stringify(memory)}\n`);
  });
}
