import type { Project } from "./project.ts";
import type { Values } from "./render.ts";
import { fieldExample, fieldSource } from "./spec-field.ts";
import { VERSIONS } from "./versions.ts";

/** Where the image of a new project would be: its author has another place for it. */
export const IMAGE_REGISTRY = "ghcr.io/example";

/** A new project's own version, its image's tag. */
export const PROJECT_VERSION = "0.1.0";

/** What `npm version minor` makes of it. */
const NEXT_VERSION = "0.2.0";

/** What the templates' places are filled with for a project. */
export function templateValues(project: Project): Values {
  const { name, group, version, kinds, fields, template } = project;
  const { issuer, clusterIssuer } = kinds;
  const all = [issuer, clusterIssuer].filter((kind) => kind !== undefined);
  const required = fields.filter(({ isOptional }) => !isOptional);
  const examples = required.map((field) => `${field.name}: ${fieldExample(field)}`);
  const spec = (entries: string[]): string => [...entries, ...examples].join(", ");
  return {
    ...VERSIONS,
    image: `${IMAGE_REGISTRY}/${name}`,
    projectVersion: PROJECT_VERSION,
    nextVersion: NEXT_VERSION,
    name,
    group,
    version,
    http: template === "http",
    minimal: template === "minimal",
    issuer: issuer !== undefined,
    mainKind: issuer ?? clusterIssuer ?? "",
    mainResource: (issuer ?? clusterIssuer ?? "").toLowerCase(),
    devSecretNamespace: issuer === undefined ? name : "demo",
    secretNamespace: issuer === undefined ? name : "team-a",
    kindsSource: [
      ...(issuer === undefined ? [] : [`issuer: "${issuer}"`]),
      ...(clusterIssuer === undefined ? [] : [`clusterIssuer: "${clusterIssuer}"`]),
    ].join(", "),
    kindsSentence: all.map((kind) => `\`${kind}\``).join(" and "),
    fieldSources: fields.map(fieldSource).join("\n"),
    fieldsYaml: examples.map((each) => `  ${each}`).join("\n"),
    specSource: spec(["url: ca.url", 'authSecretName: "ca"']),
    clusterSpecSource: spec(["url: ca.url", "authSecretName: NAME"]),
  };
}
