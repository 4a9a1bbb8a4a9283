import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT, runCommand } from "./command.ts";
import { type CodeBlock, moduleOf, readCodeBlocks } from "./document-code.ts";
import { documentPaths } from "./documents.ts";

/** Where the compiler finds a block's file: `docs/page.md.12.ts(14,3): error …`. */
const PLACE = /^(\S+\.md)\.\d+\.ts\(/gm;

/** Type-checks blocks in one run of the compiler; returns what it says, by the lines of the documents. */
async function typeCheck(blocks: readonly CodeBlock[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-documents-"));
  try {
    await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
    const files = blocks.map(({ path, line }) => `${path}.${line}.ts`);
    for (const [index, block] of blocks.entries()) {
      const file = join(folder, files[index] ?? "");
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, moduleOf(block));
    }
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(configuration(folder, files)));
    const { output } = await runCommand(["tsc", "-p", folder], { cwd: folder });
    return output.replace(PLACE, "$1(").trim();
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** As strict as our own sources are, but for names that a fragment declares and leaves to its reader. */
function configuration(folder: string, files: readonly string[]): object {
  return {
    extends: join(ROOT, "tsconfig.base.json"),
    compilerOptions: {
      noEmit: true,
      noUnusedLocals: false,
      noUnusedParameters: false,
      // What lies beside a document, its blocks may import.
      rootDirs: [folder, ROOT],
    },
    files,
  };
}

const documents = await Promise.all(
  documentPaths().map(async (path) =>
    readCodeBlocks(path, await readFile(join(ROOT, path), "utf8")),
  ),
);
const blocks = documents.flat().filter(({ language }) => language === "ts");
const problems = await typeCheck(blocks);
if (problems !== "") {
  console.error(problems);
  process.exitCode = 1;
}
