import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CreateError } from "./create-error.ts";
import { planUpdate, type UpdateStep, withVersions } from "./plan-update.ts";
import { checkProject, type Project } from "./project.ts";
import {
  isGenerated,
  PROJECT_FILE,
  type ProjectFile,
  type ProjectRecord,
  projectText,
  renderTemplates,
} from "./project-files.ts";

/**
 * Brings the generated files of a project to what this version makes of its answers, and its
 * dependencies to the versions that go with them.
 *
 * @throws CreateError where the folder is no project, or cannot be written
 */
export async function updateProject(
  folder: string,
  options: { isForced: boolean },
): Promise<readonly UpdateStep[]> {
  const { project, generated } = await readRecord(folder);
  const rendered = await renderTemplates(project);
  const next = rendered.filter(({ path }) => isGenerated(path));
  const present = await readPresent(folder, next);
  const steps = planUpdate(next, generated, present, options);
  const manifest = await readManifest(folder, rendered);
  try {
    for (const step of steps) if (step.do === "write") await replace(folder, step.file);
    if (manifest !== undefined) await replace(folder, manifest);
    await replace(folder, { path: PROJECT_FILE, content: projectText(project, next) });
  } catch (cause) {
    throw failed(folder, `it cannot be written: ${(cause as Error).message}`, cause);
  }
  return steps;
}

async function readRecord(
  folder: string,
): Promise<{ project: Project; generated: ProjectRecord["generated"] }> {
  let text: string;
  try {
    text = await readFile(join(folder, PROJECT_FILE), "utf8");
  } catch (cause) {
    const why = `it has no ${PROJECT_FILE}: run this in the folder of a project, or name that folder`;
    throw failed(folder, why, cause);
  }
  try {
    const { project, generated } = JSON.parse(text) as ProjectRecord;
    return { project: checkProject(project), generated: generated ?? {} };
  } catch (cause) {
    const why = `its ${PROJECT_FILE} cannot be used (${(cause as Error).message}): restore it`;
    throw failed(folder, why, cause);
  }
}

async function readPresent(
  folder: string,
  files: readonly ProjectFile[],
): Promise<Map<string, string>> {
  const present = new Map<string, string>();
  for (const { path } of files) {
    const content = await readFile(join(folder, path), "utf8").catch(() => undefined);
    if (content !== undefined) present.set(path, content);
  }
  return present;
}

/** The project's package.json with newer versions; undefined where nothing is to be changed. */
async function readManifest(
  folder: string,
  rendered: readonly ProjectFile[],
): Promise<ProjectFile | undefined> {
  const path = "package.json";
  const template = rendered.find((file) => file.path === path);
  const current = await readFile(join(folder, path), "utf8").catch(() => undefined);
  if (current === undefined || template === undefined) return undefined;
  try {
    const content = withVersions(current, template.content);
    return content === current ? undefined : { path, content };
  } catch (cause) {
    throw failed(folder, `its ${path} cannot be read: correct it`, cause);
  }
}

async function replace(folder: string, { path, content }: ProjectFile): Promise<void> {
  const target = join(folder, path);
  await mkdir(dirname(target), { recursive: true });
  const beside = `${target}.new`;
  await writeFile(beside, content);
  await rename(beside, target);
}

function failed(folder: string, why: string, cause: unknown): CreateError {
  return new CreateError("ERR_CREATE_FAILED", `Cannot update the project in ${folder}: ${why}`, {
    cause,
  });
}
