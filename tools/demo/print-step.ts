import type { ProgressEvent } from "@countersign/testing";

/** Prints a line when a long step has ended, with how long it took, and one now and then before. */
export function printProgress({ step, elapsedMs, done }: ProgressEvent): void {
  if (done) console.log(`✔ ${step} (${formatSeconds(elapsedMs)})`);
  else if (elapsedMs > 0) console.log(`  ${step}: ${formatSeconds(elapsedMs)} so far`);
  else console.log(`  ${step} …`);
}

/** Does one step's work and prints it as {@link printProgress} does. */
export async function printStep<T>(step: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  printProgress({ step, elapsedMs: 0, done: false });
  const result = await work();
  printProgress({ step, elapsedMs: performance.now() - startedAt, done: true });
  return result;
}

/** A duration as text: `2.9 s`. */
export function formatSeconds(elapsedMs: number): string {
  return `${(elapsedMs / 1_000).toFixed(1)} s`;
}
