import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./command.ts";
import type { GeneratedFile } from "./generate.ts";

const EXAMPLE = "examples/minimal/issuer.ts";

const BLOCK = /(<!-- example: (\S+) -->\n```ts\n)[\s\S]*?(```\n)/;

/** The READMEs that show the smallest issuer. */
const READMES = ["README.md", "README.zh.md"];

/** The READMEs with the smallest issuer in them, as the file has it. */
export async function readmesWithExample(): Promise<GeneratedFile[]> {
  const example = await readFile(join(ROOT, EXAMPLE), "utf8");
  return Promise.all(
    READMES.map(async (path) => {
      const readme = await readFile(join(ROOT, path), "utf8");
      if (!BLOCK.test(readme)) {
        throw new Error(
          `Cannot write ${path}: it has no block marked <!-- example: ${EXAMPLE} -->`,
        );
      }
      const content = readme.replace(
        BLOCK,
        (_, start: string, __, end: string) => start + example + end,
      );
      return { path, content };
    }),
  );
}
