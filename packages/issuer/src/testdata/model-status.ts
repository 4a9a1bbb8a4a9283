import type { Condition } from "../condition.ts";
import type { ModelStatus } from "./model-object.ts";

/**
 * A status and who owns which part of it. A part is a field, or one condition: conditions are a map
 * by type.
 */
export interface OwnedStatus {
  readonly status: ModelStatus;
  readonly owners: ReadonlyMap<string, ReadonlySet<string>>;
}

type Parts = Map<string, Condition | string>;

/**
 * Server-side apply of a status, by force, as a CRD has it: parts that the owner has applied before and
 * leaves out now are gone unless somebody else owns them too.
 */
export function applyByOwner(before: OwnedStatus, patch: ModelStatus, owner: string): OwnedStatus {
  const parts = partsOf(before.status);
  const wanted = partsOf(patch);
  const owners = new Map(before.owners);
  for (const [name, whose] of before.owners) {
    if (!whose.has(owner) || wanted.has(name)) continue;
    const others = new Set([...whose].filter((each) => each !== owner));
    if (others.size > 0) owners.set(name, others);
    else {
      owners.delete(name);
      parts.delete(name);
    }
  }
  for (const [name, part] of wanted) {
    owners.set(name, new Set([...(owners.get(name) ?? []), owner]));
    parts.set(name, part);
  }
  return { status: statusOf(parts), owners };
}

/**
 * Apply to the status of a CertificateSigningRequest: it keeps no owner for conditions, so that all of
 * them stay. Approved and Denied are not to be written this way.
 *
 * Source: kubernetes pkg/registry/certificates/certificates/strategy.go, csrStatusStrategy.
 */
export function applyWithoutOwners(before: ModelStatus, patch: ModelStatus): ModelStatus {
  const parts = partsOf(before);
  for (const [name, part] of partsOf(patch)) {
    if (name !== "condition Approved" && name !== "condition Denied") parts.set(name, part);
  }
  return statusOf(parts);
}

function partsOf(status: ModelStatus): Parts {
  const { conditions = [], ...fields } = status;
  return new Map<string, Condition | string>([
    ...Object.entries(fields),
    ...conditions.map((each): [string, Condition] => [`condition ${each.type}`, each]),
  ]);
}

function statusOf(parts: Parts): ModelStatus {
  const conditions = [...parts.values()].filter((part) => typeof part !== "string");
  const fields = [...parts].filter(([, part]) => typeof part === "string");
  return { ...Object.fromEntries(fields), ...(conditions.length > 0 ? { conditions } : {}) };
}
