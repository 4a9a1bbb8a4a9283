import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./command.ts";
import { checkDocument, type MarkdownDocument } from "./document-check.ts";
import { documentPaths } from "./documents.ts";
import { compareTranslation } from "./translation.ts";

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

/** Each translation, and what it is one of. */
const TRANSLATIONS: Readonly<Record<string, string>> = { "README.zh.md": "README.md" };

for (const path of documentPaths()) {
  const claims = CLAIMS[path];
  const document = { path, text: files.read(path), ...(claims && { claims }) };
  const original = TRANSLATIONS[path];
  const differences =
    original === undefined ? [] : compareTranslation(files.read(original), document.text);
  for (const problem of [
    ...checkDocument(document, files),
    ...differences.map((each) => `${path} is not equal to ${original}: ${each}`),
  ]) {
    console.error(problem);
    process.exitCode = 1;
  }
}
