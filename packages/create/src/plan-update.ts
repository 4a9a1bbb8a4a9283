import { digestOf, type ProjectFile } from "./project-files.ts";

/** What an update does with one generated file. */
export type UpdateStep =
  | { readonly do: "write"; readonly file: ProjectFile; readonly isNew: boolean }
  /** The author has changed it. */
  | { readonly do: "keep"; readonly path: string }
  | { readonly do: "nothing"; readonly path: string };

/**
 * Decides about each generated file: one that the author has changed since it was written is kept,
 * unless that is forced.
 *
 * @param recorded digests of the files as they were written last
 * @param present what is there now, by path
 */
export function planUpdate(
  next: readonly ProjectFile[],
  recorded: Readonly<Record<string, string>>,
  present: ReadonlyMap<string, string>,
  options: { isForced: boolean },
): UpdateStep[] {
  return next.map((file) => {
    const { path, content } = file;
    const current = present.get(path);
    if (current === content) return { do: "nothing", path };
    const isOurs = current === undefined || digestOf(current) === recorded[path];
    return isOurs || options.isForced
      ? { do: "write", file, isNew: current === undefined }
      : { do: "keep", path };
  });
}

/**
 * A project's `package.json` with the versions that its tools come in now: of the dependencies that it
 * has, those that a template names as well. All else stays.
 */
export function withVersions(manifest: string, template: string): string {
  const project = JSON.parse(manifest) as Manifest;
  const newest = JSON.parse(template) as Manifest;
  for (const group of ["dependencies", "devDependencies", "optionalDependencies"] as const) {
    const versions = { ...newest.dependencies, ...newest.devDependencies, ...newest[group] };
    for (const name of Object.keys(project[group] ?? {})) {
      const version = versions[name];
      if (version !== undefined) project[group] = { ...project[group], [name]: version };
    }
  }
  return `${JSON.stringify(project, null, 2)}\n`;
}

type Dependencies = Readonly<Record<string, string>>;

interface Manifest {
  dependencies?: Dependencies;
  devDependencies?: Dependencies;
  optionalDependencies?: Dependencies;
}
