import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./command.ts";
import { checkDocument } from "./document-check.ts";

const DOCUMENTS = ["README.md", "AGENTS.md", "CONTRIBUTING.md", "docs/**/*.md"];

/** The documents whose rows point at code and at the tests that show it. */
const PROOFS = ["docs/guide.md", "docs/contract.md", "docs/errors.md"];

const files = {
  exists: (path: string) => existsSync(join(ROOT, path)),
  read: (path: string) => readFileSync(join(ROOT, path), "utf8"),
};

const paths = DOCUMENTS.flatMap((pattern) => globSync(pattern, { cwd: ROOT }));
for (const path of paths.sort()) {
  const document = { path, text: files.read(path), isProof: PROOFS.includes(path) };
  for (const problem of checkDocument(document, files)) {
    console.error(problem);
    process.exitCode = 1;
  }
}
