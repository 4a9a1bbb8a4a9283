import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ROOT } from "./command.ts";
import { dependencyClosures } from "./dependency-closure.ts";
import { manifestsOfIssuers } from "./issuers-manifests.ts";
import { readmesWithExample } from "./readme-example.ts";
import { sampleIssuer } from "./sample-issuer.ts";

/** A file that is made from others: where it lies and what it must hold. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

const isCheck = process.argv.includes("--check");
const files: GeneratedFile[] = [
  ...(await readmesWithExample()),
  ...(await dependencyClosures()),
  ...(await manifestsOfIssuers()),
  ...(await sampleIssuer()),
];

for (const { path, content } of files) {
  const present = await readFile(join(ROOT, path), "utf8").catch(() => undefined);
  if (present === content) continue;
  if (isCheck) {
    console.error(`${path} is not what its sources make of it: run npm run fix`);
    process.exitCode = 1;
  } else {
    await mkdir(dirname(join(ROOT, path)), { recursive: true });
    await writeFile(join(ROOT, path), content);
    console.log(`${path} written`);
  }
}
