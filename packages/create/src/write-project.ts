import { mkdir, mkdtemp, readdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { CreateError } from "./create-error.ts";
import type { ProjectFile } from "./project-files.ts";

/**
 * Writes a project into a folder that is new or empty: all of it, or nothing. It is made beside the
 * folder and moved there at the end.
 *
 * @throws CreateError where the folder holds something, or cannot be written
 */
export async function writeProject(folder: string, files: readonly ProjectFile[]): Promise<void> {
  const target = resolve(folder);
  await requireEmpty(folder);
  const parent = dirname(target);
  let made: string | undefined;
  try {
    await mkdir(parent, { recursive: true });
    made = await mkdtemp(join(parent, `.${basename(target)}-`));
    await writeFiles(made, files);
    await rmdir(target).catch(() => {}); // it need not be there
    await rename(made, target);
  } catch (cause) {
    if (made !== undefined) await rm(made, { recursive: true, force: true });
    throw failed(folder, `it cannot be written: ${(cause as Error).message}`, cause);
  }
}

/** @throws CreateError where something is there already. */
export async function requireEmpty(folder: string): Promise<void> {
  const entries = await readdir(resolve(folder)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw failed(folder, `it cannot be read (${error.code}): choose another folder`, error);
  });
  if (entries.length > 0) {
    throw failed(folder, "it is there already and not empty: choose another folder, or empty it");
  }
}

async function writeFiles(root: string, files: readonly ProjectFile[]): Promise<void> {
  for (const { path, content } of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

function failed(folder: string, why: string, cause?: unknown): CreateError {
  return new CreateError("ERR_CREATE_FAILED", `Cannot create the project in ${folder}: ${why}`, {
    cause,
  });
}
