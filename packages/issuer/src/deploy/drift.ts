import { parseAllDocuments } from "yaml";
import { breakingChanges } from "../breaking-changes.ts";
import type { Manifest } from "../manifest.ts";
import type { ManifestFile } from "./files.ts";

/** A file that is not what the definitions make of it. */
export interface Drift {
  readonly path: string;
  /** The first line that differs, counted from 1; undefined where there is no such file. */
  readonly line?: number;
  readonly found?: string;
  readonly expected?: string;
}

/** What is in a folder, by the paths of the files; undefined for what is not there. */
export type Present = ReadonlyMap<string, string | undefined>;

/** The files whose content is another, or that are missing. */
export function driftOf(files: readonly ManifestFile[], present: Present): Drift[] {
  return files.flatMap(({ path, content }) => {
    const found = present.get(path);
    if (found === content) return [];
    return [found === undefined ? { path } : { path, ...firstDifference(found, content) }];
  });
}

function firstDifference(found: string, expected: string): Omit<Drift, "path"> {
  const [are, must] = [found, expected].map((text) => text.split("\n"));
  const [is = [], should = []] = [are, must];
  const at = is.findIndex((line, index) => line !== should[index]);
  const line = at === -1 ? is.length : at;
  return { line: line + 1, ...only("found", is[line]), ...only("expected", should[line]) };
}

function only(name: "found" | "expected", line: string | undefined): object {
  return line === undefined ? {} : { [name]: line };
}

/** Where the CRDs are among the files. */
const CRDS = "base/crds.yaml";

/** A change of a CRD that may break what exists. */
export interface BreakingChange {
  readonly crd: string;
  readonly change: string;
}

/** What the files would break of what the CRDs in the folder allow. */
export function breakingChangesOf(
  files: readonly ManifestFile[],
  present: Present,
): BreakingChange[] {
  const before = crdsOf(present.get(CRDS));
  const after = crdsOf(files.find(({ path }) => path === CRDS)?.content);
  return before.flatMap((old) => {
    const crd = old.metadata.name;
    const now = after.find(({ metadata }) => metadata.name === crd);
    const changes = now === undefined ? ["it is gone"] : breakingChanges(old, now);
    return changes.map((change) => ({ crd, change }));
  });
}

function crdsOf(yaml = ""): Manifest[] {
  return parseAllDocuments(yaml).flatMap((document) => {
    const crd = document.errors.length === 0 ? (document.toJS() as Manifest | null) : null;
    return crd?.metadata?.name === undefined ? [] : [crd];
  });
}
