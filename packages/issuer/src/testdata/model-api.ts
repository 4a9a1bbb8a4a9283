import { isDeepStrictEqual } from "node:util";
import { ApiError, objectKey, type Resource } from "@countersign/kube";
import type { Condition } from "../condition.ts";
import type { ModelObject, ModelStatus } from "./model-object.ts";
import { applyByOwner, applyWithoutOwners, type OwnedStatus } from "./model-status.ts";

/** One version of one object, as a watch tells it; `after` is missing where it was deleted. */
export interface ModelChange {
  readonly plural: string;
  readonly before?: ModelObject;
  readonly after?: ModelObject;
}

/** A status that was applied, whether or not it said anything new. */
export interface AppliedStatus {
  readonly plural: string;
  readonly owner: string;
  readonly patch: ModelStatus;
  readonly before: ModelObject;
  readonly after: ModelObject;
}

interface Stored {
  readonly object: ModelObject;
  readonly owners: OwnedStatus["owners"];
}

/** What names a stored object. */
export interface ModelTarget {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** Conditions other than ours belong to somebody who leaves nothing out. */
const OTHERS = "somebody else";

/**
 * An API server in memory, as far as issuers use one. It acts at once and never fails by itself: see
 * `ModelConnection` for what happens on the way to it.
 */
export class ModelApi {
  /** Every change so far, oldest first. */
  readonly changes: ModelChange[] = [];
  readonly #objects = new Map<string, Stored>();
  readonly #onApplied: (applied: AppliedStatus) => void;
  #version = 100;

  constructor(onApplied: (applied: AppliedStatus) => void) {
    this.#onApplied = onApplied;
  }

  /** The version of the whole: no object has a newer one. */
  get version(): string {
    return String(this.#version);
  }

  find(plural: string, target: ModelTarget): ModelObject | undefined {
    return this.#objects.get(placeOf(plural, target))?.object;
  }

  list(plural: string): ModelObject[] {
    const places = [...this.#objects].filter(([place]) => place.startsWith(`${plural} `));
    return places.map(([, { object }]) => object);
  }

  get(resource: Resource, target: ModelTarget): ModelObject {
    return this.#stored(resource.plural, target).object;
  }

  /** Stores a new object, or a whole one in place of what there is. */
  put(plural: string, object: ModelObject): void {
    const owners = this.#objects.get(placeOf(plural, object.metadata))?.owners ?? new Map();
    this.#store(plural, { object, owners });
  }

  /** Deletes an object where there is one. */
  delete(plural: string, target: ModelTarget): void {
    const before = this.find(plural, target);
    if (before === undefined) return;
    this.#objects.delete(placeOf(plural, target));
    this.changes.push({ plural, before });
  }

  /** Sets a condition in the name of somebody else. */
  setCondition(plural: string, target: ModelTarget, condition: Condition): void {
    const stored = this.#stored(plural, target);
    const conditions = [condition];
    const { status, owners } = applyByOwner(
      statusOf(stored),
      { conditions },
      OTHERS + condition.type,
    );
    this.#store(plural, { object: { ...stored.object, status }, owners });
  }

  /** Server-side apply of a status. @throws ApiError as the API server refuses it */
  applyStatus(
    { plural }: Resource,
    patch: { metadata: ModelObject["metadata"]; status?: ModelStatus },
    owner: string,
  ): ModelObject {
    const stored = this.#stored(plural, patch.metadata);
    const before = stored.object;
    const { resourceVersion } = patch.metadata;
    if (resourceVersion !== undefined && resourceVersion !== before.metadata.resourceVersion) {
      throw refusal(409, "the object has been modified");
    }
    const wanted = wellFormed(patch.status ?? {});
    const after = this.#store(plural, mergeStatus(plural, stored, wanted, owner));
    this.#onApplied({ plural, owner, patch: patch.status ?? {}, before, after });
    return after;
  }

  #stored(plural: string, target: ModelTarget): Stored {
    const stored = this.#objects.get(placeOf(plural, target));
    if (stored === undefined) throw refusal(404, `${plural} ${target.name} not found`);
    return stored;
  }

  /** What changes nothing makes no new version. */
  #store(plural: string, { object, owners }: Stored): ModelObject {
    const place = placeOf(plural, object.metadata);
    const before = this.#objects.get(place)?.object;
    if (before !== undefined && isDeepStrictEqual(before, object)) return before;
    this.#version += 1;
    const metadata = { ...object.metadata, resourceVersion: String(this.#version) };
    const after = { ...object, metadata };
    this.#objects.set(place, { object: after, owners });
    this.changes.push({ plural, after, ...(before === undefined ? {} : { before }) });
    return after;
  }
}

function mergeStatus(plural: string, stored: Stored, patch: ModelStatus, owner: string): Stored {
  if (plural !== "certificatesigningrequests") {
    const { status, owners } = applyByOwner(statusOf(stored), patch, owner);
    return { object: { ...stored.object, status }, owners };
  }
  const before = stored.object.status ?? {};
  if (before.certificate !== undefined && patch.certificate !== before.certificate) {
    throw refusal(422, "status.certificate: field is immutable");
  }
  const status = applyWithoutOwners(before, patch);
  return { object: { ...stored.object, status }, owners: stored.owners };
}

function statusOf({ object, owners }: Stored): OwnedStatus {
  return { status: object.status ?? {}, owners };
}

/** JSON as Go reads it: half of a surrogate pair becomes U+FFFD. */
function wellFormed(status: ModelStatus): ModelStatus {
  const conditions = status.conditions?.map((each) =>
    each.message === undefined ? each : { ...each, message: each.message.toWellFormed() },
  );
  return conditions === undefined ? status : { ...status, conditions };
}

function placeOf(plural: string, { namespace, name }: ModelTarget): string {
  return `${plural} ${objectKey(namespace === undefined ? { name } : { namespace, name })}`;
}

/** A refusal, as the client throws it. */
export function refusal(status: number, said: string): ApiError {
  return new ApiError({ method: "PATCH", path: "/model" }, { status, said });
}
