import { setTimeout } from "node:timers/promises";
import {
  type Client,
  createWatchSource,
  Informer,
  isApiError,
  type KubeObject,
  type Logger,
} from "@countersign/kube";
import { REFERENCE_RESOURCES, type Reference, type ReferenceKind } from "./reference.ts";

/** Told an object's version whenever it may be news; undefined where the object does not exist. */
export type VersionHandler = (name: string, resourceVersion: string | undefined) => void;

/** What a watch of references works with. */
export interface ReferenceWatchOptions {
  readonly client: Client;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly onVersion: VersionHandler;
  /** Waits; may reject when the signal aborts. @default setTimeout of node:timers/promises */
  readonly sleep?: ((delayMs: number, signal: AbortSignal) => Promise<void>) | undefined;
}

/** Where a watch looks: one kind in one namespace, or one object of it. */
export interface WatchedPlace {
  readonly kind: ReferenceKind;
  readonly namespace: string;
  readonly name?: string;
}

/**
 * Follows the versions of a place's objects until the signal aborts, by metadata alone: the contents
 * of Secrets that no issuer asked for never reach this process. Returns "forbidden" where that needs a
 * right that is not there.
 */
export async function watchVersions(
  place: WatchedPlace,
  options: ReferenceWatchOptions,
): Promise<"ended" | "forbidden"> {
  const { client, logger, signal, onVersion } = options;
  const { kind, namespace, name } = place;
  const refused = new AbortController();
  const source = createWatchSource(client, REFERENCE_RESOURCES[kind], {
    namespace,
    metadataOnly: true,
    ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }),
  });
  const informer = new Informer<KubeObject>(source, {
    keep: (object) => ({ ...object, metadata: versionOnly(object) }),
    onError: (err) => {
      if (isApiError(err, "Forbidden")) refused.abort();
      else logger.warn({ err, ...place }, "Watch of references failed, starting again");
    },
  });
  informer.onChange(({ before, after }) => {
    const object = after ?? before;
    if (object !== undefined) onVersion(object.metadata.name, after?.metadata.resourceVersion);
  });
  if (name !== undefined) {
    // One that was deleted before the watch began is in no list: its absence is news all the same.
    void informer.synced.then(() => {
      if (informer.store.size === 0) onVersion(name, undefined);
    });
  }
  await informer.run(AbortSignal.any([signal, refused.signal]));
  return refused.signal.aborted ? "forbidden" : "ended";
}

/** How often an object is read that may not be watched, on average. */
const POLL_MS = 60_000;

/** Reads an object's version again and again until the signal aborts. */
export async function pollVersion(
  reference: Reference,
  options: ReferenceWatchOptions,
): Promise<void> {
  const { client, logger, signal, onVersion, sleep = sleepUntilAborted } = options;
  const { kind, namespace, name } = reference;
  while (!signal.aborted) {
    // It rejects when the signal aborts, which is looked at next.
    await sleep(POLL_MS * (0.5 + Math.random()), signal).catch(() => {});
    if (signal.aborted) return;
    try {
      const place = { namespace, name };
      const object = await client.get(REFERENCE_RESOURCES[kind], place, { signal });
      onVersion(name, object.metadata.resourceVersion);
    } catch (err) {
      if (isApiError(err, "NotFound")) onVersion(name, undefined);
      else logger.debug({ err, ...reference }, "Reading a reference failed");
    }
  }
}

async function sleepUntilAborted(delayMs: number, signal: AbortSignal): Promise<void> {
  await setTimeout(delayMs, undefined, { signal });
}

function versionOnly(object: KubeObject): KubeObject["metadata"] {
  const { namespace, name, uid, resourceVersion } = object.metadata;
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}
