import { type Client, createWatchSource, Informer, type Resource } from "@countersign/kube";
import type { ConditionedObject } from "./object-row.ts";
import { type StateChange, stateChanges } from "./state-change.ts";

/** Settings of {@link followStates}. */
export interface FollowOptions {
  /** One namespace; without it all of them. */
  readonly namespace?: string;
  /** Which objects are meant. @default all */
  readonly isMeant?: (object: ConditionedObject) => boolean;
  readonly onChange: (change: StateChange) => void;
  /** Told why a watch has failed. It is tried again. */
  readonly onError?: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** Objects that are being followed. */
export interface FollowedStates {
  /** Those that are there now, resource after resource. */
  objects(): readonly ConditionedObject[];
  /** Settles when the signal has aborted and every watch has ended. */
  readonly ended: Promise<void>;
}

/** Follows the states that the objects of some resources go through, and tells each as it happens. */
export function followStates(
  client: Client,
  resources: readonly Resource[],
  options: FollowOptions,
): FollowedStates {
  const { namespace, isMeant = () => true, onChange, onError = () => {}, signal } = options;
  const place = namespace === undefined ? {} : { namespace };
  const informers = resources.map((resource: Resource<ConditionedObject>) => {
    const source = createWatchSource(client, resource, resource.namespaced ? place : {});
    const keep = (object: ConditionedObject): ConditionedObject | undefined =>
      isMeant(object) ? object : undefined;
    const informer = new Informer<ConditionedObject>(source, { onError, keep });
    informer.onChange((change) => {
      for (const each of stateChanges(resource.kind, change)) onChange(each);
    });
    return informer;
  });
  return {
    objects: () => informers.flatMap((informer) => informer.store.list()),
    ended: Promise.all(informers.map((informer) => informer.run(signal))).then(() => {}),
  };
}
