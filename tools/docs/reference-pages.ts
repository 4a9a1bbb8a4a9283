import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../command.ts";
import { writeInto } from "./assemble.ts";

/** A link from one package's text to another's, as typedoc writes it: `../../kube/src.md#logger`. */
const MODULE_LINK = /\]\((?:\.\.\/)*([a-z0-9-]+)\/src\.md(#[^)\s]*)?\)/g;

/** The page of a package's names, made from the text that typedoc has written of it. */
export function referencePage(
  manifest: { readonly name: string; readonly description: string },
  text: string,
): string {
  const linked = text.replace(MODULE_LINK, (_, folder: string, place = "") => {
    return `](/reference/${folder}.md${place})`;
  });
  return `# API of ${manifest.name}\n\n${manifest.description}\n\n${linked}`;
}

/** Writes a page for each package that typedoc has read. */
export async function writeReferencePages(typedocFolder: string, folder: string): Promise<void> {
  for (const file of globSync("*/src.md", { cwd: typedocFolder })) {
    const name = file.slice(0, -"/src.md".length);
    const manifest = JSON.parse(
      await readFile(join(ROOT, "packages", name, "package.json"), "utf8"),
    ) as { name: string; description: string };
    const text = await readFile(join(typedocFolder, file), "utf8");
    await writeInto(join(folder, `${name}.md`), referencePage(manifest, text));
  }
}
