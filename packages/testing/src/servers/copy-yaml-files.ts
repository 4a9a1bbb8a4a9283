import { copyFile, readdir } from "node:fs/promises";
import { join } from "node:path";

/**
 * Copies the YAML files of a folder into another. Files only, one by one: the folders of Go's module
 * cache are read-only, and a copy would be too.
 */
export async function copyYamlFiles(from: string, to: string): Promise<void> {
  for (const file of await readdir(from)) {
    if (file.endsWith(".yaml")) await copyFile(join(from, file), join(to, file));
  }
}
