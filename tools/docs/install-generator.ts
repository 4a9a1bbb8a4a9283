import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../command.ts";

/** The folder of the site's own package: its tools are installed there and nowhere else. */
export const DOCS: string = join(ROOT, "docs");

const STAMP = join(DOCS, "node_modules", ".countersign-install");

/**
 * Installs what builds the site, where its lock has changed since the last time.
 *
 * @throws Error where npm fails, which has told why on stderr.
 */
export async function installGenerator(): Promise<void> {
  const wanted = await stamp();
  const present = await readFile(STAMP, "utf8").catch(() => undefined);
  if (present === wanted) return;
  const npmScript = process.env.npm_execpath;
  const npm = npmScript?.endsWith(".js") ? [process.execPath, npmScript] : ["npm"];
  const [command = "", ...args] = [...npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const child = spawn(command, args, { cwd: DOCS, stdio: ["ignore", 2, 2] });
  const [code, signal] = await once(child, "exit");
  if (code !== 0) {
    throw new Error(`Cannot install what builds the site: npm ci ended with ${code ?? signal}`);
  }
  await writeFile(STAMP, wanted);
}

async function stamp(): Promise<string> {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}\n`);
  hash.update(await readFile(join(DOCS, "package-lock.json")));
  return hash.digest("hex");
}
