/** Something that an issuer's spec names: by its kind, and with the field that names it. */
export interface SpecReference {
  readonly kind: "Secret" | "ConfigMap";
  readonly name: string;
  /** Where the spec says another than the issuer's own. */
  readonly namespace?: string;
}

/** How fields that name an object are called by issuers, ours and others': the kind by the name's end. */
const NAMES: readonly (readonly [ending: RegExp, kind: SpecReference["kind"]])[] = [
  [/secret(name)?$/i, "Secret"],
  [/config-?map(name)?$/i, "ConfigMap"],
];

/** Fields that hold `{ name, key?, namespace? }`. */
const REFS: readonly (readonly [ending: RegExp, kind: SpecReference["kind"]])[] = [
  [/secret(key)?(ref|selector)?$/i, "Secret"],
  [/config-?map(key)?(ref|selector)?$/i, "ConfigMap"],
];

/**
 * Finds what an issuer refers to by the names of its fields, `secretName`, `authSecretName`,
 * `tokenSecretRef: { name }`, and by their shape: `{ name, key }` is an entry of a Secret. No schema
 * tells, so it is a guess: what is called otherwise is not found.
 */
export function findReferences(spec: unknown): SpecReference[] {
  if (Array.isArray(spec)) return spec.flatMap(findReferences);
  if (typeof spec !== "object" || spec === null) return [];
  return Object.entries(spec).flatMap(([field, value]) => referencesOf(field, value));
}

function referencesOf(field: string, value: unknown): SpecReference[] {
  if (typeof value === "string") {
    const kind = kindOf(NAMES, field);
    return kind === undefined || value === "" ? [] : [{ kind, name: value }];
  }
  const { name, namespace, key } = (value ?? {}) as Partial<Record<string, unknown>>;
  const kind = kindOf(REFS, field) ?? (typeof key === "string" ? "Secret" : undefined);
  if (kind === undefined || typeof name !== "string" || name === "") return findReferences(value);
  return [{ kind, name, ...(typeof namespace === "string" ? { namespace } : {}) }];
}

function kindOf(table: typeof NAMES, field: string): SpecReference["kind"] | undefined {
  return table.find(([ending]) => ending.test(field))?.[1];
}
