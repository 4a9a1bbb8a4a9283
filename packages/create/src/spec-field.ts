import * as z from "zod";

/** A field of an issuer's spec, beside the URL and the Secret that every template has. */
export interface SpecField {
  readonly name: string;
  readonly type: FieldType;
  readonly isOptional: boolean;
}

/** What a field of the spec may hold. */
export type FieldType = "string" | "url" | "integer" | "boolean" | "strings";

/** What a type of field is in zod, as text and as a schema, and a value that it takes. */
interface FieldForm {
  readonly source: string;
  readonly schema: () => z.ZodType;
  readonly example: string;
}

const TYPES: Readonly<Record<FieldType, FieldForm>> = {
  string: { source: "z.string().min(1)", schema: () => z.string().min(1), example: '"value"' },
  url: { source: "z.url()", schema: () => z.url(), example: '"https://example.com"' },
  integer: { source: "z.int()", schema: () => z.int(), example: "1" },
  boolean: { source: "z.boolean()", schema: () => z.boolean(), example: "true" },
  strings: {
    source: "z.array(z.string().min(1))",
    schema: () => z.array(z.string().min(1)),
    example: '["value"]',
  },
};

/** For a message. */
export const FIELD_TYPES: string = Object.keys(TYPES).join(", ");

/** Names that the templates have, and that an object of JavaScript has of itself. */
const RESERVED = new Set(["url", "authSecretName", "constructor", "prototype", "__proto__"]);

/**
 * Reads a field as a flag has it: `profile:string`, `retries:integer?` for one that may be left out.
 *
 * @throws TypeError that says what it must be
 */
export function parseSpecField(text: string): SpecField {
  const match = /^([a-z][A-Za-z0-9]{0,62}):([a-z]+)(\?)?$/.exec(text);
  const [, name = "", type = "", optional] = match ?? [];
  if (!Object.hasOwn(TYPES, type)) {
    throw new TypeError(
      `the field is ${JSON.stringify(text)}, must be name:type or name:type?, with a name in camelCase and one of ${FIELD_TYPES}`,
    );
  }
  if (RESERVED.has(name)) {
    throw new TypeError(`the field ${name} is there already or reserved: choose another name`);
  }
  return { name, type: type as FieldType, isOptional: optional !== undefined };
}

/** The field as a flag has it. */
export function formatSpecField({ name, type, isOptional }: SpecField): string {
  return `${name}:${type}${isOptional ? "?" : ""}`;
}

/** The field's line in the zod schema of `issuer.ts`. */
export function fieldSource({ name, type, isOptional }: SpecField): string {
  return `${name}: ${TYPES[type].source}${isOptional ? ".optional()" : ""},`;
}

/** A value that the field takes, as source. */
export function fieldExample({ type }: SpecField): string {
  return TYPES[type].example;
}

/** The schema that `issuer.ts` will have, for the CRD of a project that nothing is installed in yet. */
export function schemaOf(fields: readonly SpecField[], template: "http" | "minimal"): z.ZodType {
  const own = fields.map(({ name, type, isOptional }) => {
    const schema = TYPES[type].schema();
    return [name, isOptional ? schema.optional() : schema] as const;
  });
  const isDescribed = template === "http";
  const url = z.url();
  const authSecretName = z.string().min(1);
  return z.object({
    url: isDescribed ? url.describe(DESCRIPTIONS.url) : url,
    authSecretName: isDescribed
      ? authSecretName.describe(DESCRIPTIONS.authSecretName)
      : authSecretName,
    ...Object.fromEntries(own),
  });
}

/** As the template `http` has them; a test compares the two CRDs. */
const DESCRIPTIONS = {
  url: "Where the CA's API is: https://ca.example.com/v1",
  authSecretName: "The Secret whose entry `token` the CA knows us by",
};
