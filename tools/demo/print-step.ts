import type { ProgressEvent } from "@countersign/testing";
import { describeStep } from "countersign";

/** Prints a line when a long step has ended, with how long it took, and one now and then before. */
export function printProgress(event: ProgressEvent): void {
  console.log(describeStep(event));
}

/** Does one step's work and prints it as {@link printProgress} does. */
export async function printStep<T>(step: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  printProgress({ step, elapsedMs: 0, done: false });
  const result = await work();
  printProgress({ step, elapsedMs: performance.now() - startedAt, done: true });
  return result;
}
