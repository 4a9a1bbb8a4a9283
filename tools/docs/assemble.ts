import { statSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ROOT } from "../command.ts";
import { documentPaths } from "../documents.ts";
import { siteLinks } from "./site-links.ts";
import { pagesOf } from "./site-pages.ts";

/**
 * Writes the Markdown of all pages into a folder, their links turned to the site's. Returns the files
 * of the repository that the pages show the way to.
 */
export async function assemblePages(folder: string): Promise<string[]> {
  const pages = pagesOf(documentPaths());
  const places = new Map(pages.map(({ source, page }) => [source, page]));
  const site = { pageOf: (path: string) => places.get(path), isFile };
  const sources = new Set<string>();
  await rm(folder, { recursive: true, force: true });
  for (const { source, page } of pages) {
    const linked = siteLinks(source, await readFile(join(ROOT, source), "utf8"), site);
    for (const each of linked.sources) sources.add(each);
    await writeInto(join(folder, page), linked.text);
  }
  return [...sources];
}

/** Writes a file, and the folders above it. */
export async function writeInto(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

function isFile(path: string): boolean {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.isFile() ?? false;
}
