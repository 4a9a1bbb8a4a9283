import type { CelRule } from "./cel.ts";
import { RULES } from "./cel.ts";
import type { FieldPath } from "./field-path.ts";
import { fieldOf, isSchema, type JsonSchema, schemasOf } from "./json-schema.ts";
import type { Manifest } from "./manifest.ts";
import { JUNCTIONS } from "./schema-keywords.ts";

/**
 * What a change of a CRD may break: issuers that are stored, or files that somebody applies, which were
 * right before and are refused or lose something now. Each is a sentence without its full stop.
 */
export function breakingChanges(before: Manifest, after: Manifest): string[] {
  const [old, now] = [before, after].map(specOf);
  if (old === undefined || now === undefined) return [];
  return [
    ...scopeChanges(old, now),
    ...old.versions.flatMap((version) => versionChanges(version, now)),
  ];
}

/** The parts of a CRD that are compared. */
interface CrdSpec {
  readonly scope?: string;
  readonly names?: { readonly kind?: string; readonly plural?: string };
  readonly versions: readonly CrdVersion[];
}

interface CrdVersion {
  readonly name: string;
  readonly served: boolean;
  readonly schema?: { readonly openAPIV3Schema?: JsonSchema };
}

function specOf({ spec }: Manifest): CrdSpec | undefined {
  const isCrdSpec = isSchema(spec) && Array.isArray(spec.versions);
  return isCrdSpec ? (spec as unknown as CrdSpec) : undefined;
}

function scopeChanges(old: CrdSpec, now: CrdSpec): string[] {
  const facts = [
    ["scope", old.scope, now.scope],
    ["kind", old.names?.kind, now.names?.kind],
    ["plural", old.names?.plural, now.names?.plural],
  ] as const;
  return facts
    .filter(([, was, is]) => was !== is)
    .map(([what, was, is]) => `${what} was ${was} and is ${is}`);
}

function versionChanges(version: CrdVersion, now: CrdSpec): string[] {
  if (!version.served) return [];
  const same = now.versions.find(({ name, served }) => served && name === version.name);
  if (same === undefined) return [`version ${version.name} is served no more`];
  const [old, next] = [version, same].map((each) => each.schema?.openAPIV3Schema);
  const [spec, nextSpec] = [old, next].map((each) => fieldOf(each?.properties, "spec"));
  return spec === undefined || nextSpec === undefined ? [] : fieldChanges(spec, nextSpec, "spec");
}

/** How a keyword that bounds a value narrows what it bounds. */
type Narrowing = (was: unknown, is: unknown) => boolean;

const isRaised: Narrowing = (was, is) =>
  is !== undefined && (was === undefined || Number(is) > Number(was));
const isLowered: Narrowing = (was, is) =>
  is !== undefined && (was === undefined || Number(is) < Number(was));
const isOther: Narrowing = (was, is) => is !== undefined && !isSame(was, is);
const isSetNow: Narrowing = (was, is) => is === true && was !== true;
const isUnset: Narrowing = (was, is) => was === true && is !== true;
const lacksSome: Narrowing = (was, is) => {
  if (!Array.isArray(is)) return false;
  return !Array.isArray(was) || was.some((value) => is.every((each) => !isSame(value, each)));
};

/** The keywords that a field must not narrow by, and when it does. */
const NARROWINGS: Readonly<Record<string, Narrowing>> = {
  enum: lacksSome,
  exclusiveMaximum: isSetNow,
  exclusiveMinimum: isSetNow,
  format: isOther,
  maxItems: isLowered,
  maxLength: isLowered,
  maxProperties: isLowered,
  maximum: isLowered,
  minItems: isRaised,
  minLength: isRaised,
  minProperties: isRaised,
  minimum: isRaised,
  multipleOf: isOther,
  nullable: isUnset,
  pattern: isOther,
  "x-kubernetes-int-or-string": isUnset,
  "x-kubernetes-preserve-unknown-fields": isUnset,
};

/** Keywords whose every change is one of meaning. */
const FIXED = ["x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type"];

function fieldChanges(before: JsonSchema, after: JsonSchema, field: FieldPath): string[] {
  const [old, now] = [withEnumLifted(before), withEnumLifted(after)];
  if (isOtherType(old, now)) return [`${field} was ${nameOf(old)} and is ${nameOf(now)}`];
  return [
    ...Object.entries(NARROWINGS)
      .filter(([keyword, isNarrowed]) => isNarrowed(old[keyword], now[keyword]))
      .map(([keyword]) => changed(field, keyword, [old[keyword], now[keyword]])),
    ...FIXED.filter((keyword) => !isSame(old[keyword], now[keyword])).map((keyword) =>
      changed(field, keyword, [old[keyword], now[keyword]]),
    ),
    ...JUNCTIONS.filter((keyword) => isOther(old[keyword], now[keyword])).map(
      (keyword) => `${field}: its ${keyword} is another: a value that fitted may fit no more`,
    ),
    ...newRules(old, now).map(({ message }) => `${field} has a new rule: ${message}`),
    ...nestedChanges(old, now, field),
  ];
}

/** The listed values of what may be null stand in a branch of their own. */
function withEnumLifted(schema: JsonSchema): JsonSchema {
  const { allOf, ...rest } = schema;
  const lists = (each: JsonSchema): boolean => Object.keys(each).join() === "enum";
  const branches = schemasOf(allOf);
  const list = branches.find(lists);
  if (list === undefined) return schema;
  const others = branches.filter((each) => each !== list);
  return { ...rest, enum: list.enum, ...(others.length > 0 ? { allOf: others } : {}) };
}

/** From integer to number is a widening. */
function isOtherType({ type: was }: JsonSchema, { type: is, ...now }: JsonSchema): boolean {
  if (now["x-kubernetes-int-or-string"] === true)
    return was !== "integer" && was !== "string" && was !== undefined;
  return was !== is && is !== undefined && !(was === "integer" && is === "number");
}

function nameOf({ type, ...schema }: JsonSchema): unknown {
  return type ?? (schema["x-kubernetes-int-or-string"] === true ? "integer or string" : "anything");
}

function changed(field: FieldPath, keyword: string, [was, is]: [unknown, unknown]): string {
  const [before, after] = [was, is].map((value) =>
    value === undefined ? "not set" : JSON.stringify(value),
  );
  return `${field}: its ${keyword} was ${before} and is ${after ?? "not set"}`;
}

function newRules(old: JsonSchema, now: JsonSchema): CelRule[] {
  const before = new Set(rulesOf(old).map(({ rule }) => rule));
  return rulesOf(now).filter(({ rule }) => !before.has(rule));
}

function rulesOf(schema: JsonSchema): readonly CelRule[] {
  const rules = schema[RULES];
  return Array.isArray(rules) ? (rules as CelRule[]) : [];
}

function nestedChanges(old: JsonSchema, now: JsonSchema, field: FieldPath): string[] {
  const { properties: fields = {} } = old;
  const isOpen =
    isSchema(now.additionalProperties) || now["x-kubernetes-preserve-unknown-fields"] === true;
  return [
    ...Object.entries(fields).flatMap(([name, was]) => {
      const is = fieldOf(now.properties, name);
      if (is !== undefined) return fieldChanges(was, is, `${field}.${name}`);
      return isOpen ? [] : [`${field}.${name} is gone: it is dropped from what is stored`];
    }),
    ...newlyRequired(old, now).map(
      (name) => `${field}.${name} is required now, and has no default`,
    ),
    ...within(old.items, now.items, `${field}[]`),
    ...within(old.additionalProperties, now.additionalProperties, `${field}.*`),
  ];
}

function newlyRequired(old: JsonSchema, now: JsonSchema): string[] {
  const [before, after] = [old, now].map(
    ({ required }) => new Set(Array.isArray(required) ? (required as string[]) : []),
  );
  return [...(after ?? [])].filter(
    (name) => !before?.has(name) && fieldOf(now.properties, name)?.default === undefined,
  );
}

function within(was: unknown, is: unknown, field: FieldPath): string[] {
  return isSchema(was) && isSchema(is) ? fieldChanges(was, is, field) : [];
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
