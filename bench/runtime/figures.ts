import { median } from "../x509/median.ts";
import type { ContenderName } from "./contender.ts";
import type { Round } from "./in-turn.ts";

/** The median of one figure of a contender; NaN where it took no part. */
export function medianOf<T>(
  rounds: readonly Round<T>[],
  name: ContenderName,
  figure: (run: T) => number,
): number {
  return median(rounds.flatMap(({ [name]: run }) => (run === undefined ? [] : [figure(run)])));
}

/** The median of the rounds' ratios of one figure, ours to another's; NaN where there is no other. */
export function medianRatio<T>(
  rounds: readonly Round<T>[],
  other: ContenderName,
  figure: (run: T) => number,
): number {
  return median(
    rounds.flatMap(({ ours: mine, [other]: theirs }) =>
      mine === undefined || theirs === undefined ? [] : [figure(mine) / figure(theirs)],
    ),
  );
}
