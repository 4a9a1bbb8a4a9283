import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./command.ts";
import { checkDocument, type MarkdownDocument } from "./document-check.ts";

const DOCUMENTS = ["README.md", "AGENTS.md", "CONTRIBUTING.md", "docs/**/*.md"];

/** The documents whose tables claim something of code and tests. */
const CLAIMS: Readonly<Record<string, NonNullable<MarkdownDocument["claims"]>>> = {
  "docs/guide.md": "proof",
  "docs/contract.md": "proof",
  "docs/errors.md": "messages",
};

const files = {
  exists: (path: string) => existsSync(join(ROOT, path)),
  read: (path: string) => readFileSync(join(ROOT, path), "utf8"),
};

const paths = DOCUMENTS.flatMap((pattern) => globSync(pattern, { cwd: ROOT }));
for (const path of paths.sort()) {
  const claims = CLAIMS[path];
  const document = { path, text: files.read(path), ...(claims && { claims }) };
  for (const problem of checkDocument(document, files)) {
    console.error(problem);
    process.exitCode = 1;
  }
}
