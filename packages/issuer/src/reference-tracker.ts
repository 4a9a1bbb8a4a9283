import {
  type Client,
  createWatchSource,
  Informer,
  type KubeObject,
  type Logger,
  type StoreChange,
} from "@countersign/kube";
import type { IssuerKey } from "./issuer-ref.ts";
import { describeReference, REFERENCE_RESOURCES, type Reference } from "./reference.ts";

/** What a tracker works with. */
export interface ReferenceTrackerOptions {
  readonly client: Client;
  readonly logger: Logger;
  /** Ends the watches. */
  readonly signal: AbortSignal;
  /** Told an issuer when what it has read is not what there is any more. */
  readonly onChange: (issuer: IssuerKey) => void;
}

/**
 * Remembers what each issuer has read and tells when it changes.
 *
 * A namespace is watched from the first read in it, for metadata alone: the contents of Secrets
 * that no issuer asked for never reach this process.
 */
export class ReferenceTracker {
  readonly #options: ReferenceTrackerOptions;
  /** The version each issuer has read, by reference. Undefined: it read that there was none. */
  readonly #readBy = new Map<string, Map<IssuerKey, string | undefined>>();
  readonly #watches = new Map<string, { informer: Informer<KubeObject>; ended: Promise<void> }>();

  constructor(options: ReferenceTrackerOptions) {
    this.#options = options;
  }

  /** Takes note of what an issuer has read. */
  record(issuer: IssuerKey, reference: Reference, resourceVersion: string | undefined): void {
    const readers = this.#readBy.get(describeReference(reference)) ?? new Map();
    readers.set(issuer, resourceVersion);
    this.#readBy.set(describeReference(reference), readers);
    this.#watch(reference);
  }

  /** Forgets an issuer that is gone. */
  forget(issuer: IssuerKey): void {
    for (const [reference, readers] of this.#readBy) {
      readers.delete(issuer);
      if (readers.size === 0) this.#readBy.delete(reference);
    }
  }

  /** Settles when the watches have ended, after the signal. */
  async ended(): Promise<void> {
    await Promise.all([...this.#watches.values()].map((watch) => watch.ended));
  }

  #watch(reference: Reference): void {
    const { kind, namespace } = reference;
    const place = `${kind} ${namespace}`;
    if (this.#watches.has(place)) return;
    const { client, logger, signal } = this.#options;
    const resource = REFERENCE_RESOURCES[kind];
    const source = createWatchSource(client, resource, { namespace, metadataOnly: true });
    const informer = new Informer<KubeObject>(source, {
      keep: (object) => ({ ...object, metadata: versionOnly(object) }),
      onError: (err) => logger.warn({ err, kind, namespace }, "Watch of references failed"),
    });
    informer.onChange((change) => this.#compare(reference, change));
    this.#watches.set(place, { informer, ended: informer.run(signal) });
  }

  #compare(place: Reference, change: StoreChange<KubeObject>): void {
    const object = change.after ?? change.before;
    if (object === undefined) return;
    const reference = { ...place, name: object.metadata.name };
    const version = change.after?.metadata.resourceVersion;
    const readers = this.#readBy.get(describeReference(reference)) ?? new Map();
    for (const [issuer, read] of readers) if (read !== version) this.#options.onChange(issuer);
  }
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
