/**
 * How a field of a spec is named to its author: `spec.auth.mode`, `spec.urls[]` for the members of a
 * list, `spec.labels.*` for the values of a record.
 */
export type FieldPath = string;

/** The field at a path of zod's JSON Schema; which branch of a union it stands in is left out. */
export function fieldAt(path: readonly (string | number)[], root: FieldPath = "spec"): FieldPath {
  let field = root;
  for (let at = 0; at < path.length; at += 1) {
    const keyword = path[at];
    if (keyword === "items") field = `${field}[]`;
    else if (keyword === "additionalProperties") field = `${field}.*`;
    else if (keyword === "properties") {
      at += 1;
      field = `${field}.${path[at]}`;
    }
  }
  return field;
}

/** What is thrown for a field that a CRD cannot express: why, and what to write instead. */
export function inexpressible(field: FieldPath, why: string, instead: string): TypeError {
  return new TypeError(`Cannot make a CRD of field ${field}: ${why}; ${instead}`);
}
