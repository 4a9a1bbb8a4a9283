import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./command.ts";
import type { GeneratedFile } from "./generate.ts";

const EXAMPLE = "examples/minimal/issuer.ts";

const BLOCK = /(<!-- example: (\S+) -->\n```ts\n)[\s\S]*?(```\n)/;

/** The README with the smallest issuer in it, as the file has it. */
export async function readmeWithExample(): Promise<GeneratedFile> {
  const readme = await readFile(join(ROOT, "README.md"), "utf8");
  const example = await readFile(join(ROOT, EXAMPLE), "utf8");
  if (!BLOCK.test(readme)) {
    throw new Error(`Cannot write README.md: it has no block marked <!-- example: ${EXAMPLE} -->`);
  }
  const content = readme.replace(
    BLOCK,
    (_, start: string, __, end: string) => start + example + end,
  );
  return { path: "README.md", content };
}
