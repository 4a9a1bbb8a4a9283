import type { Client, KubeObject, Resource } from "@countersign/kube";
import { type Condition, poll } from "@countersign/testing";

/** An object whose state is told by conditions. */
export interface ConditionedObject extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** How long anything here may take: far longer than it does. */
const TIMEOUT_MS = 60_000;

/** The condition of a type, if the object has one. */
export function conditionOf(object: ConditionedObject, type: string): Condition | undefined {
  return object.status?.conditions?.find((condition) => condition.type === type);
}

/** Reads an object until it is as it is waited for. */
export async function waitFor<T extends KubeObject>(
  client: Client,
  target: { resource: Resource<T>; namespace?: string; name: string },
  isThere: (object: T) => boolean,
): Promise<T> {
  const { resource, ...place } = target;
  let last: T | undefined;
  try {
    return await poll(
      `${resource.kind} ${place.name}`,
      async (signal) => {
        last = await client.get(resource, place, { signal });
        return isThere(last) ? last : undefined;
      },
      { timeoutMs: TIMEOUT_MS },
    );
  } catch (error) {
    const state = JSON.stringify((last as ConditionedObject | undefined)?.status);
    throw new Error(`${error instanceof Error ? error.message : error}; last seen: ${state}`);
  }
}

/** Waits until a condition has a status and, where it is given, a reason. */
export function waitForCondition<T extends ConditionedObject>(
  client: Client,
  target: { resource: Resource<T>; namespace?: string; name: string },
  wanted: { type: string; status: string; reason?: string },
): Promise<T> {
  return waitFor(client, target, (object) => {
    const condition = conditionOf(object, wanted.type);
    const isReason = wanted.reason === undefined || condition?.reason === wanted.reason;
    return condition?.status === wanted.status && isReason;
  });
}
