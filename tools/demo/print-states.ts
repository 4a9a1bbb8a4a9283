import type { Client, Resource } from "@countersign/kube";
import { describeChange, followStates, stateLine } from "countersign";

/**
 * Prints each state that the objects of a namespace go through, as it happens, until the signal
 * aborts.
 */
export function printStates(
  client: Client,
  resources: readonly Resource[],
  options: { namespace: string; signal: AbortSignal },
): Promise<void> {
  const startedAt = performance.now();
  const followed = followStates(client, resources, {
    ...options,
    onChange: (change) => {
      const what = `${change.kind} ${change.name}: ${describeChange(change)}`;
      console.log(stateLine(what, performance.now() - startedAt));
    },
  });
  return followed.ended;
}
