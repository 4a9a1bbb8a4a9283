import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../command.ts";
import { writeInto } from "./assemble.ts";
import { type Module, modulesOf, type PackageManifest, referencePage } from "./reference-pages.ts";

/** Where typedoc writes, and where the pages of the reference go. */
interface ReferenceFolders {
  readonly typedoc: string;
  readonly pages: string;
}

/**
 * Makes the pages of the reference from the doc comments of all packages.
 *
 * @throws Error as `runTypedoc` does, which fails where a name has no doc comment.
 */
export async function makeReference(
  folders: ReferenceFolders,
  runTypedoc: (...args: string[]) => Promise<void>,
): Promise<void> {
  const modules = await readModules();
  const names = new Set(modules.map(({ name }) => packageOf(name)));
  await runTypedoc(
    ...modules.flatMap(({ entryPoint }) => ["--entryPoints", join(ROOT, entryPoint)]),
    ...[...names].flatMap((name) => ["--packagesRequiringDocumentation", name]),
    "--out",
    folders.typedoc,
  );
  for (const module of modules) {
    const text = await readFile(join(folders.typedoc, module.text), "utf8");
    await writeInto(join(folders.pages, module.page), referencePage(module, text, modules));
  }
}

async function readModules(): Promise<Module[]> {
  const folders = globSync("*/package.json", { cwd: join(ROOT, "packages") }).sort();
  const modules = await Promise.all(
    folders.map(async (file) => {
      const text = await readFile(join(ROOT, "packages", file), "utf8");
      const manifest = JSON.parse(text) as PackageManifest;
      return modulesOf(file.slice(0, -"/package.json".length), manifest);
    }),
  );
  return modules.flat();
}

/** `@countersign/issuer` of `@countersign/issuer/http`. */
function packageOf(name: string): string {
  return name.split("/", name.startsWith("@") ? 2 : 1).join("/");
}
