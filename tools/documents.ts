import { globSync } from "node:fs";
import { ROOT } from "./command.ts";

const PATTERNS: readonly string[] = [
  "*.md",
  "docs/**/*.md",
  "packages/*/README.md",
  // A project inside an example has a README of its own, for its own folder.
  "examples/*/README.md",
  "{bench,issuers}/**/README.md",
];

/** Folders whose Markdown is made, or not ours. */
const NOT_OURS = new Set(["node_modules", ".site", "dist", "testdata"]);

/** The Markdown files that we write for readers, from the repository's folder. */
export function documentPaths(): string[] {
  const exclude = (path: string): boolean => path.split("/").some((part) => NOT_OURS.has(part));
  return globSync([...PATTERNS], { cwd: ROOT, exclude })
    .filter((path) => !exclude(path))
    .sort();
}
