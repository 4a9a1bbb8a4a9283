import type { IssuerKey } from "./issuer-ref.ts";
import { describeReference, type Reference } from "./reference.ts";
import { pollVersion, type ReferenceWatchOptions, watchVersions } from "./reference-watch.ts";

/** What a tracker works with. */
export interface ReferenceTrackerOptions extends Omit<ReferenceWatchOptions, "onVersion"> {
  /** Told an issuer when what it has read is not what there is any more. */
  readonly onChange: (issuer: IssuerKey) => void;
}

/** Watches of single objects that a place may have; what comes after is polled. */
const MOST_NAMED_WATCHES = 50;

/**
 * Remembers what each issuer has read and tells when it changes.
 *
 * A namespace is watched from the first read in it, for metadata alone. Where that is forbidden each
 * object is watched by its name, 50 a namespace at most, and where that is forbidden too it is read
 * about once a minute: the right to read what an issuer names is always enough.
 */
export class ReferenceTracker {
  readonly #options: ReferenceTrackerOptions;
  /** The version each issuer has read, by reference. Undefined: it read that there was none. */
  readonly #readBy = new Map<string, Map<IssuerKey, string | undefined>>();
  /** The version last told of each reference that has readers. */
  readonly #told = new Map<string, string | undefined>();
  readonly #places = new Map<string, Place>();

  constructor(options: ReferenceTrackerOptions) {
    this.#options = options;
  }

  /** Takes note of what an issuer has read. */
  record(issuer: IssuerKey, reference: Reference, resourceVersion: string | undefined): void {
    const described = describeReference(reference);
    const readers = this.#readBy.get(described) ?? new Map();
    readers.set(issuer, resourceVersion);
    this.#readBy.set(described, readers);
    const isOvertaken = isNewer(this.#told.get(described), resourceVersion);
    this.#placeOf(reference).add(reference.name);
    if (isOvertaken) this.#options.onChange(issuer);
  }

  /** Forgets an issuer that is gone. */
  forget(issuer: IssuerKey): void {
    for (const [described, readers] of this.#readBy) {
      readers.delete(issuer);
      if (readers.size > 0) continue;
      this.#readBy.delete(described);
      this.#told.delete(described);
    }
  }

  /** Settles when the watches have ended, after the signal. */
  async ended(): Promise<void> {
    await Promise.all([...this.#places.values()].map((place) => place.ended()));
  }

  #placeOf({ kind, namespace }: Reference): Place {
    const key = `${kind} ${namespace}`;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = new Place(
      { kind, namespace },
      {
        ...this.#options,
        onVersion: (name, version) => this.#compare({ kind, namespace, name }, version),
      },
    );
    this.#places.set(key, place);
    return place;
  }

  #compare(reference: Reference, version: string | undefined): void {
    const described = describeReference(reference);
    const readers = this.#readBy.get(described);
    if (readers === undefined) return;
    this.#told.set(described, version);
    for (const [issuer, read] of readers) if (read !== version) this.#options.onChange(issuer);
  }
}

/** One kind in one namespace, and how its objects are followed. */
class Place {
  readonly #place: Omit<Reference, "name">;
  readonly #options: ReferenceWatchOptions;
  readonly #names = new Set<string>();
  readonly #following: Promise<void>[] = [];
  #isByName = false;

  constructor(place: Omit<Reference, "name">, options: ReferenceWatchOptions) {
    this.#place = place;
    this.#options = options;
    this.#following.push(this.#followAll());
  }

  /** Has an object followed that an issuer has read. */
  add(name: string): void {
    if (this.#names.has(name)) return;
    this.#names.add(name);
    if (this.#isByName) this.#following.push(this.#followOne(name));
  }

  async ended(): Promise<void> {
    await Promise.all(this.#following);
  }

  async #followAll(): Promise<void> {
    if ((await watchVersions(this.#place, this.#options)) === "ended") return;
    this.#options.logger.info(
      this.#place,
      "The namespace may not be watched: what issuers refer to there is watched by name",
    );
    this.#isByName = true;
    await Promise.all([...this.#names].map((name) => this.#followOne(name)));
  }

  async #followOne(name: string): Promise<void> {
    const reference = { ...this.#place, name };
    if (this.#names.size <= MOST_NAMED_WATCHES) {
      if ((await watchVersions(reference, this.#options)) === "ended") return;
    }
    await pollVersion(reference, this.#options);
  }
}

/** Whether a version that was told is newer than one that was read. */
function isNewer(told: string | undefined, read: string | undefined): boolean {
  if (told === undefined || read === undefined) return false;
  return BigInt(told) > BigInt(read);
}
