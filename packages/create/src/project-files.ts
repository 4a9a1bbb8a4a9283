import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { defineIssuer, manifestFiles } from "@countersign/issuer";
import { draftOf, type Project } from "./project.ts";
import { render } from "./render.ts";
import { schemaOf } from "./spec-field.ts";
import { IMAGE_REGISTRY, PROJECT_VERSION, templateValues } from "./template-values.ts";

/** A file of a project. */
export interface ProjectFile {
  /** Below the project's folder, with slashes. */
  readonly path: string;
  readonly content: string;
}

/** What the project keeps of how it was made. */
export const PROJECT_FILE = "countersign.json";

/** Where `npm run manifests` writes what a cluster needs. */
const DEPLOY_FOLDER = "deploy";

const TEMPLATES_FOLDER = fileURLToPath(new URL("../template", import.meta.url));

/**
 * The files that `update` writes anew. All others are the author's from the start: they are written
 * once.
 */
const GENERATED: readonly RegExp[] = [
  /^main\.ts$/,
  /^test\/cluster\.ts$/,
  /^tsconfig(\.build)?\.json$/,
  /^Dockerfile$/,
  /^\.dockerignore$/,
  /^\.github\//,
  /^AGENTS\.md$/,
];

/** Whether a file is written anew by `update`. */
export function isGenerated(path: string): boolean {
  return GENERATED.some((pattern) => pattern.test(path));
}

/** All files of a new project, in the order of their paths. */
export async function projectFiles(project: Project): Promise<ProjectFile[]> {
  const rendered = await renderTemplates(project);
  const files = [
    ...rendered,
    ...deployFiles(project),
    { path: PROJECT_FILE, content: projectText(project, rendered) },
  ];
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** The files that come from templates: those of all projects, and those of the project's template. */
export async function renderTemplates(project: Project): Promise<ProjectFile[]> {
  const values = templateValues(project);
  const folders = ["common", project.template].map((name) => join(TEMPLATES_FOLDER, name));
  const files = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const paths = entries.filter((each) => each.isFile()).map((e) => join(e.parentPath, e.name));
      return Promise.all(
        paths.map(async (path) => ({
          path: projectPath(relative(folder, path)),
          content: render(await readFile(path, "utf8"), values),
        })),
      );
    }),
  );
  return files.flat();
}

/** npm leaves out, or renames, what begins with a dot: in a template it begins with `_`. */
function projectPath(path: string): string {
  return path
    .split(sep)
    .map((part) => part.replace(/^_/, "."))
    .join("/");
}

/** What `npm run manifests` will write: plain YAML, a kustomize base and a Helm chart. */
function deployFiles({ name, group, version, kinds, fields, template }: Project): ProjectFile[] {
  const definition = defineIssuer({
    group,
    version,
    kinds,
    spec: schemaOf(fields, template),
    check: async () => {},
    sign: async () => ({ certificate: "" }),
  });
  const image = `${IMAGE_REGISTRY}/${name}`;
  const files = manifestFiles([definition], { name, image, version: PROJECT_VERSION });
  return files.map(({ path, content }) => ({ path: `${DEPLOY_FOLDER}/${path}`, content }));
}

/** What `countersign.json` holds: the answers, and a digest of each generated file as it was written. */
export interface ProjectRecord {
  readonly project: ReturnType<typeof draftOf>;
  readonly generated: Readonly<Record<string, string>>;
}

/** `countersign.json` for a project whose generated files are these. */
export function projectText(project: Project, files: readonly ProjectFile[]): string {
  const generated = files
    .filter(({ path }) => isGenerated(path))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, content }) => [path, digestOf(content)]);
  const record: ProjectRecord = {
    project: draftOf(project),
    generated: Object.fromEntries(generated),
  };
  return `${JSON.stringify(record, null, 2)}\n`;
}

/** A file's content, short. */
export function digestOf(content: string): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}
