import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { KubeObject } from "@countersign/kube";
import { usageError } from "../cli-error.ts";
import { readObjects } from "../read-objects.ts";

/** An object to apply, and the file that it stands in. */
export interface FileObject {
  readonly path: string;
  readonly object: KubeObject;
}

const OF_OBJECTS = /\.(ya?ml|json)$/;

/**
 * The files that `--apply` names: a file itself, of a folder those in it that are YAML or JSON.
 *
 * @throws CliError usage for a path that does not exist.
 */
export async function filesToApply(paths: readonly string[]): Promise<string[]> {
  const all = await Promise.all(paths.map(filesAt));
  return [...new Set(all.flat())];
}

async function filesAt(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    throw usageError(
      `Cannot apply ${path}: it does not exist, give --apply a YAML file or a folder of them`,
    );
  }
  if (!found.isDirectory()) return [path];
  const names = await readdir(path);
  return names
    .filter((name) => OF_OBJECTS.test(name))
    .sort()
    .map((name) => join(path, name));
}

/** Reads the objects of files, in their order. @throws CliError usage as {@link readObjects} does. */
export async function readFileObjects(files: readonly string[]): Promise<FileObject[]> {
  const all = await Promise.all(
    files.map(async (path) =>
      (await readObjects(path, "manifest")).map((object) => ({ path, object })),
    ),
  );
  return all.flat();
}
