import { registerHooks } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Takes down which files are imported from now on, in this process. A file that is looked for and is
 * not there counts too: once somebody makes it, the import may go on.
 *
 * @returns where the paths are gathered.
 */
export function recordImports(): ReadonlySet<string> {
  const files = new Set<string>();
  registerHooks({
    resolve(specifier, context, next) {
      try {
        const resolved = next(specifier, context);
        add(files, resolved.url);
        return resolved;
      } catch (error) {
        if (/^\.\.?\//.test(specifier)) add(files, URL.parse(specifier, context.parentURL)?.href);
        throw error;
      }
    },
  });
  return files;
}

function add(files: Set<string>, url: string | undefined): void {
  if (!url?.startsWith("file:")) return;
  const { href } = Object.assign(new URL(url), { search: "", hash: "" });
  files.add(fileURLToPath(href));
}

/** Those of some files that an author edits: in the folder of the project, and not installed into it. */
export function filesOfProject(files: Iterable<string>, folder: string): string[] {
  const prefix = folder.endsWith("/") ? folder : `${folder}/`;
  return [...files]
    .filter((file) => file.startsWith(prefix) && !file.includes("/node_modules/"))
    .sort();
}

/**
 * The folder of the project that a file belongs to: the nearest with a package.json, else the file's own.
 *
 * @param hasManifest whether a folder has one.
 */
export function projectFolder(file: string, hasManifest: (folder: string) => boolean): string {
  const own = dirname(file);
  for (let folder = own; ; folder = dirname(folder)) {
    if (hasManifest(folder)) return folder;
    if (folder === dirname(folder)) return own;
  }
}
