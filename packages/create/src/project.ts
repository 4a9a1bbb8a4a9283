import { CreateError } from "./create-error.ts";
import { wrongGroup, wrongKind, wrongName, wrongVersion } from "./naming.ts";
import { formatSpecField, parseSpecField, type SpecField } from "./spec-field.ts";

/** What a project begins with. */
export const TEMPLATES = ["http", "minimal"] as const;
/** One of these. */
export type Template = (typeof TEMPLATES)[number];

/** What a project is made from: its answers, checked. */
export interface Project {
  readonly name: string;
  readonly template: Template;
  readonly group: string;
  readonly version: string;
  /** One or both. */
  readonly kinds: { readonly issuer?: string; readonly clusterIssuer?: string };
  readonly fields: readonly SpecField[];
}

/** The same before it was checked: from flags, answers, or a project's `countersign.json`. */
export interface ProjectDraft {
  readonly name: string;
  readonly template: string;
  readonly group: string;
  readonly version: string;
  readonly issuer?: string | undefined;
  readonly clusterIssuer?: string | undefined;
  readonly fields: readonly string[];
}

/** @throws CreateError usage that says what is wrong and what it must be. */
export function checkProject(draft: ProjectDraft): Project {
  const { name, template, group, version, issuer, clusterIssuer } = draft;
  const kinds = [issuer, clusterIssuer].filter((kind) => kind !== undefined);
  const wrong =
    wrongName(name) ??
    wrongGroup(group) ??
    wrongVersion(version) ??
    kinds.map(wrongKind).find((each) => each !== undefined) ??
    wrongPair(kinds);
  if (wrong !== undefined) throw usage(wrong);
  const known = TEMPLATES.find((each) => each === template);
  if (known === undefined) {
    throw usage(`the template is ${JSON.stringify(template)}, must be ${TEMPLATES.join(" or ")}`);
  }
  return {
    name,
    template: known,
    group,
    version,
    kinds: {
      ...(issuer === undefined ? {} : { issuer }),
      ...(clusterIssuer === undefined ? {} : { clusterIssuer }),
    },
    fields: checkFields(draft.fields),
  };
}

/** The draft that a project was made from. */
export function draftOf({ kinds, fields, ...rest }: Project): ProjectDraft {
  return { ...rest, ...kinds, fields: fields.map(formatSpecField) };
}

function wrongPair(kinds: readonly string[]): string | undefined {
  if (kinds.length === 0) return "there is no kind: name one with --issuer or --cluster-issuer";
  const plurals = new Set(kinds.map((kind) => kind.toLowerCase()));
  return plurals.size === kinds.length
    ? undefined
    : `the kinds are both ${kinds[0]}: the cluster issuer must be called otherwise, such as AcmeClusterIssuer`;
}

function checkFields(texts: readonly string[]): SpecField[] {
  try {
    const fields = texts.map(parseSpecField);
    const twice = fields.find(({ name }, index) =>
      fields.slice(0, index).some((before) => before.name === name),
    );
    if (twice !== undefined) throw new TypeError(`the field ${twice.name} is there twice`);
    return fields;
  } catch (error) {
    throw usage((error as Error).message);
  }
}

function usage(what: string): CreateError {
  return new CreateError("ERR_CREATE_USAGE", `Cannot create the project: ${what}`);
}
