import { stringify } from "yaml";
import type { Json } from "../outcome.ts";
import type { Values } from "./chosen-values.ts";
import { valuesJsonSchema } from "./chosen-values.ts";
import type { ManifestFile } from "./files.ts";
import { helmTemplate } from "./helm-template.ts";
import { PARTS } from "./parts.ts";
import type { Program } from "./program.ts";
import { signersOf } from "./rights.ts";
import { VALUES } from "./values.ts";

/** What a chart says of itself. */
export interface ChartOptions {
  readonly version: string;
  readonly values: Values;
}

/** Makes a Helm chart of a program, whose values are these unless they are set. */
export function chartFiles(program: Program, options: ChartOptions): ManifestFile[] {
  const templates = Object.entries(PARTS).map(([name, part]) => ({
    path: `chart/templates/${name}.yaml`,
    content: helmTemplate(part(program)),
  }));
  return [
    { path: "chart/Chart.yaml", content: stringify(chartOf(program, options)) },
    { path: "chart/values.yaml", content: valuesYaml(options.values) },
    {
      path: "chart/values.schema.json",
      content: `${JSON.stringify(valuesJsonSchema(), undefined, 2)}\n`,
    },
    ...templates,
    { path: "chart/templates/NOTES.txt", content: notesOf(program) },
  ];
}

function chartOf({ programName, kinds }: Program, { version }: ChartOptions): object {
  return {
    apiVersion: "v2",
    name: programName,
    description: `Issues certificates for cert-manager: ${kinds.map(({ kind }) => kind).join(", ")}.`,
    type: "application",
    version,
    appVersion: version,
    kubeVersion: ">=1.30.0-0",
  };
}

/** The values with what each is for. */
function valuesYaml(values: Values): string {
  return `${entryLines(values, { path: "", indent: "" }).join("\n")}\n`;
}

function entryLines(values: Values, at: { path: string; indent: string }): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const path = `${at.path}${name}`;
    const found = Object.hasOwn(VALUES, path) ? VALUES[path] : undefined;
    if (found === undefined) {
      const inner = { path: `${path}.`, indent: `${at.indent}  ` };
      return [`${at.indent}${name}:`, ...entryLines(value as Values, inner)];
    }
    return [`# ${found.description}`, ...valueLines(name, value)].map(
      (line) => `${at.indent}${line}`,
    );
  });
}

function valueLines(name: string, value: Json): string[] {
  return stringify({ [name]: value }, { lineWidth: 0 })
    .trimEnd()
    .split("\n");
}

function notesOf({ kinds }: Program): string {
  const signers = kinds.length > 0 ? signersOf(kinds) : [];
  return [
    "Issuers of these kinds can be created now:",
    ...kinds.map(({ kind, resource }) => `  ${kind} (${resource.group}/${resource.version})`),
    "{{- if not .Values.approver.enabled }}",
    "",
    "cert-manager's approver may not approve requests for them yet. Give cert-manager's chart these values, beside those that it has:",
    "  approveSignerNames:",
    ...signers.map((signer) => `    - ${signer}`),
    "{{- end }}",
    "",
  ].join("\n");
}
