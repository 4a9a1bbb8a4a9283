import { stringify } from "yaml";
import { Each, Expression, isFields, Literal, type Template, When } from "./template.ts";

const INDENT = 2;

/** Writes objects as a file of a chart's `templates/`, each a document of its own. */
export function helmTemplate(objects: readonly Template[]): string {
  const pieces = objects.map((object): Piece => ({ template: object, lines: documentLines }));
  return `${joinedLines(pieces).join("\n")}\n`;
}

function documentLines(object: Template): string[] {
  return ["---", ...blockLines(object, 0)];
}

/** A document, a field or a member, and how its lines are made once nothing is asked about it. */
interface Piece {
  readonly template: Template;
  readonly lines: (inner: Template) => string[];
}

/** Lines of pieces with Helm's words around those that are left out or repeated: once for neighbours. */
function joinedLines(pieces: readonly Piece[]): string[] {
  const groups: { head: string | undefined; inner: Piece[] }[] = [];
  for (const { template, lines } of pieces) {
    const head = headOf(template);
    const inner =
      template instanceof When || template instanceof Each ? template.template : template;
    const last = groups.at(-1);
    const isNeighbour = last !== undefined && last.head === head && template instanceof When;
    if (isNeighbour) last.inner.push({ template: inner, lines });
    else groups.push({ head, inner: [{ template: inner, lines }] });
  }
  return groups.flatMap(({ head, inner }) =>
    head === undefined
      ? inner.flatMap(({ template, lines }) => lines(template))
      : [head, ...joinedLines(inner), "{{- end }}"],
  );
}

function headOf(template: Template): string | undefined {
  if (template instanceof When) return `{{- if ${template.condition.helm} }}`;
  if (!(template instanceof Each)) return undefined;
  const names = template.variables.map((name) => `$${name}`).join(", ");
  return `{{- range ${names} := ${template.over.helm} }}`;
}

/** Lines of what has fields or members. */
function blockLines(template: Template, indent: number): string[] {
  if (isFields(template)) {
    const fields = Object.entries(template).map(
      ([name, field]): Piece => ({
        template: field,
        lines: (inner) => fieldLines(name, inner, indent),
      }),
    );
    return joinedLines(fields);
  }
  if (Array.isArray(template)) {
    const members = template.map(
      (member: Template): Piece => ({
        template: member,
        lines: (inner) => memberLines(inner, indent),
      }),
    );
    return joinedLines(members);
  }
  throw new TypeError(`Cannot write ${template} as a block: it has neither fields nor members`);
}

function fieldLines(name: string, field: Template, indent: number): string[] {
  const key = `${" ".repeat(indent)}${scalar(name)}:`;
  const inline = inlineOf(field, indent + INDENT);
  if (inline !== undefined) return [`${key} ${inline}`];
  return [key, ...blockLines(field, indent + INDENT)];
}

/** The dash takes the place of the first line's indentation. */
function memberLines(member: Template, indent: number): string[] {
  const dash = `${" ".repeat(indent)}- `;
  const inline = inlineOf(member, indent + INDENT);
  if (inline !== undefined) return [`${dash}${inline}`];
  const [first = "", ...rest] = blockLines(member, indent + INDENT);
  if (first.startsWith("{{")) {
    throw new TypeError(
      `Cannot write a member that begins with ${first}: its first field must stand`,
    );
  }
  return [`${dash}${first.slice(dash.length)}`, ...rest];
}

/** What stands beside its key or dash; undefined for what goes on below. */
function inlineOf(template: Template, indent: number): string | undefined {
  if (template instanceof Literal) return scalar(template.constant);
  if (template instanceof Expression) return action(template, indent);
  if (Array.isArray(template)) return template.length === 0 ? "[]" : undefined;
  if (isFields(template)) return Object.keys(template).length === 0 ? "{}" : undefined;
  return scalar(template);
}

function action({ form, helm }: Expression, indent: number): string {
  switch (form) {
    case "text":
      return `{{ ${helm} | quote }}`;
    case "number":
      return `{{ int ${helm} }}`;
    case "truth":
      return `{{ ${helm} }}`;
    case "structure":
      return `{{- toYaml (${helm}) | nindent ${indent} }}`;
  }
}

/** Helm would take two braces for its own. */
function scalar(literal: unknown): string {
  const isLong = typeof literal === "string" && literal.includes("\n");
  const yaml = isLong ? JSON.stringify(literal) : stringify(literal, { lineWidth: 0 }).trimEnd();
  return yaml.replaceAll("{{", '{{ "{{" }}');
}
