import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  type BreakingChange,
  breakingChangesOf,
  type Drift,
  driftOf,
  type Present,
} from "./drift.ts";
import type { ManifestFile } from "./files.ts";
import { describeBreakingChanges, describeDrift } from "./report.ts";

/** What a folder differs in from the files that should be in it, and what writing them breaks. */
export interface FolderState {
  readonly drift: readonly Drift[];
  readonly breaking: readonly BreakingChange[];
}

/** Compares a folder with the files that should be in it. */
export async function compareManifestFolder(
  folder: string,
  files: readonly ManifestFile[],
): Promise<FolderState> {
  const found = files.map(async ({ path }) => [path, await contentOf(join(folder, path))] as const);
  const present: Present = new Map(await Promise.all(found));
  return { drift: driftOf(files, present), breaking: breakingChangesOf(files, present) };
}

/**
 * Makes sure that a folder is as its files should be.
 *
 * @throws Error with code `ERR_MANIFESTS_DRIFTED`: which files differ, where first, and what the new
 * CRDs break.
 */
export async function checkManifestFolder(
  folder: string,
  files: readonly ManifestFile[],
): Promise<void> {
  const { drift, breaking } = await compareManifestFolder(folder, files);
  if (drift.length === 0) return;
  const parts = [
    `${folder} is not up to date: write it anew without --check, and look at what changes`,
    describeDrift(drift),
    describeBreakingChanges(breaking),
  ];
  const error = new Error(parts.filter((part) => part !== "").join("\n"));
  throw Object.assign(error, { code: "ERR_MANIFESTS_DRIFTED" });
}

/** Writes a folder's files, and says what their CRDs break of what those in it allowed. */
export async function updateManifestFolder(
  folder: string,
  files: readonly ManifestFile[],
): Promise<string> {
  const { breaking } = await compareManifestFolder(folder, files);
  await writeManifestFolder(folder, files);
  return describeBreakingChanges(breaking);
}

/** Writes files into a folder, making it where it is not there. Other files in it stay. */
export async function writeManifestFolder(
  folder: string,
  files: readonly ManifestFile[],
): Promise<void> {
  for (const { path, content } of files) {
    const file = join(folder, path);
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      throw new Error(`Cannot write ${file}: ${code}, name a folder that can be written`, {
        cause,
      });
    }
  }
}

async function contentOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    // A file where a folder should be is told when it is written.
    if (["ENOENT", "ENOTDIR"].includes(code)) return undefined;
    throw error;
  }
}
