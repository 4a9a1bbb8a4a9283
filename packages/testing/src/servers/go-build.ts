/** Builds a server program with Go, from the module of this package that pins its sources. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Platform } from "./cache-folder.ts";
import { copyYamlFiles } from "./copy-yaml-files.ts";
import { type GoSetting, runGo } from "./run-go.ts";
import type { ServerProgram } from "./server-catalog.ts";

/** The folder `servers` of this package, seen from the sources and from the build alike. */
const MODULES = fileURLToPath(new URL("../../servers/", import.meta.url));

/** The name of a program's cache entry. It changes with what is built and how. */
export function buildEntryName(program: ServerProgram, { os, arch }: Platform): string {
  const module = join(MODULES, program.name);
  const hash = createHash("sha256").update(
    JSON.stringify([program.goPackage, linkerFlags(program)]),
  );
  for (const file of readdirSync(module).sort()) {
    hash.update(`\0${file}\0`).update(readFileSync(join(module, file)));
  }
  return `${program.name}-${program.version}-${os}-${arch}-${hash.digest("hex").slice(0, 8)}`;
}

/** Whether this copy of the package has the program's sources. */
export function hasSources(program: ServerProgram): boolean {
  return existsSync(join(MODULES, program.name, "go.mod"));
}

/** @throws TestingError `ERR_SERVER_BUILD` with the last lines of Go's output. */
export async function goBuild(
  program: ServerProgram,
  options: GoSetting & { out: string },
): Promise<void> {
  const { out } = options;
  const setting = {
    ...options,
    cwd: join(MODULES, program.name),
    task: `build ${program.name} ${program.version}`,
  };
  await runGo(
    [
      "build",
      "-mod=readonly",
      "-trimpath",
      // The sources may lie in a repository of the user's, which says nothing about the program.
      "-buildvcs=false",
      `-ldflags=${linkerFlags(program)}`,
      `-o=${join(out, program.name)}`,
      program.goPackage,
    ],
    setting,
  );
  const { companions } = program;
  if (companions === undefined) return;
  const list = ["list", "-mod=readonly", "-m", "-f={{.Dir}}", companions.module];
  const lines = await runGo(list, setting);
  const to = join(out, companions.as);
  await mkdir(to);
  await copyYamlFiles(join(lines.at(-1) ?? "", companions.folder), to);
}

function linkerFlags({ linkerVariables = {} }: ServerProgram): string {
  const variables = Object.entries(linkerVariables).map(([name, value]) => `-X ${name}=${value}`);
  return ["-s", "-w", ...variables].join(" ");
}
