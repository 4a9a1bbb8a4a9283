import type { Condition } from "@countersign/issuer";
import {
  type Client,
  createWatchSource,
  type KubeObject,
  type Resource,
  watch,
} from "@countersign/kube";
import { formatSeconds } from "./print-step.ts";

interface ConditionedObject extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/**
 * Prints each state that the objects of a namespace go through, as it happens, until the signal
 * aborts.
 */
export async function followStates(
  client: Client,
  resources: readonly Resource[],
  options: { namespace: string; signal: AbortSignal },
): Promise<void> {
  const { namespace, signal } = options;
  const startedAt = performance.now();
  const print = (line: string): void =>
    console.log(`  ${`+${formatSeconds(performance.now() - startedAt)}`.padStart(7)}  ${line}`);
  await Promise.all(
    resources.map(async (resource) => {
      const said = new Set<string>();
      for await (const event of watch(createWatchSource(client, resource, { namespace }), {
        signal,
      })) {
        const objects =
          event.type === "page" ? event.objects : event.type === "applied" ? [event.object] : [];
        for (const object of objects) {
          for (const line of linesOf(resource, object)) {
            if (!said.has(line)) print(line);
            said.add(line);
          }
        }
      }
    }),
  );
}

function linesOf(resource: Resource, object: ConditionedObject): string[] {
  const name = `${resource.kind} ${object.metadata.name}`;
  const conditions = object.status?.conditions ?? [];
  return [`${name}: created`, ...conditions.map((condition) => `${name}: ${describe(condition)}`)];
}

function describe({ type, status, reason, message }: Condition): string {
  const what = reason === undefined ? `${type}=${status}` : `${type}=${status}, ${reason}`;
  return message === undefined || message === "" ? what : `${what}: ${message}`;
}
