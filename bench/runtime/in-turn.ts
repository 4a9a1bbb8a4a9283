import { printStep } from "../../tools/demo/print-step.ts";
import type { Contender, ContenderName } from "./contender.ts";

/** What each contender came to in one round. A contender that takes no part has no entry. */
export type Round<T> = Readonly<Partial<Record<ContenderName, T>>>;

/**
 * Measures contenders in turn, round after round: what the machine does besides meets all alike, and
 * what is compared is what a round's runs came to.
 */
export async function inTurn<T>(
  contenders: readonly (Contender | undefined)[],
  { rounds, what }: { rounds: number; what: string },
  measure: (contender: Contender) => Promise<T>,
): Promise<Round<T>[]> {
  const results: Round<T>[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const result: Partial<Record<ContenderName, T>> = {};
    for (const contender of contenders) {
      if (contender === undefined) continue;
      const step = `${what}: ${contender.name}, ${round} of ${rounds}`;
      result[contender.name] = await printStep(step, () => measure(contender));
    }
    results.push(result);
  }
  return results;
}
