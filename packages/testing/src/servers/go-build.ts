/** Builds a server program with Go, from the module of this package that pins its sources. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { copyFile, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withLog } from "../control-plane/start-on-free-port.ts";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { TestingError } from "../testing-error.ts";
import type { Env, Platform } from "./cache-folder.ts";
import type { ServerProgram } from "./server-catalog.ts";

/** The folder `servers` of this package, seen from the sources and from the build alike. */
const MODULES = fileURLToPath(new URL("../../servers/", import.meta.url));

/** Lines of Go's output that an error shows. */
const ERROR_LINES = 20;

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
  options: { go: string; env: Env; supervisor: Supervisor; out: string },
): Promise<void> {
  const { out } = options;
  await runGo(program, options, [
    "build",
    "-mod=readonly",
    "-trimpath",
    // The sources may lie in a repository of the user's, which says nothing about the program.
    "-buildvcs=false",
    `-ldflags=${linkerFlags(program)}`,
    `-o=${join(out, program.name)}`,
    program.goPackage,
  ]);
  const { companions } = program;
  if (companions === undefined) return;
  const lines = await runGo(program, options, [
    "list",
    "-mod=readonly",
    "-m",
    "-f={{.Dir}}",
    companions.module,
  ]);
  await copyFiles(join(lines.at(-1) ?? "", companions.folder), join(out, companions.as));
}

function linkerFlags({ linkerVariables = {} }: ServerProgram): string {
  const variables = Object.entries(linkerVariables).map(([name, value]) => `-X ${name}=${value}`);
  return ["-s", "-w", ...variables].join(" ");
}

/** Runs Go under the supervisor and returns the last lines of its output. */
async function runGo(
  program: ServerProgram,
  { go, env, supervisor }: { go: string; env: Env; supervisor: Supervisor },
  args: readonly string[],
): Promise<readonly string[]> {
  const process = await supervisor.startProcess({
    name: `go-${args[0]}`,
    command: go,
    args,
    cwd: join(MODULES, program.name),
    env: {
      ...env,
      // No C compiler needed, and no go.work of a folder above.
      CGO_ENABLED: "0",
      GOWORK: "off",
      // Go's own temporary folders stay behind when it is killed: here they are removed with the rest.
      GOTMPDIR: supervisor.dir,
      TMPDIR: supervisor.dir,
    },
  });
  const { code, signal, log } = await process.exited;
  if (code === 0) return log;
  const how = signal === null ? `exit code ${code}` : signal;
  throw new TestingError(
    "ERR_SERVER_BUILD",
    withLog(
      `Cannot build ${program.name} ${program.version}: go ${args[0]} ended with ${how}`,
      log.slice(-ERROR_LINES),
    ),
  );
}

/** Files only, one by one: the folders of Go's module cache are read-only, and a copy would be too. */
async function copyFiles(from: string, to: string): Promise<void> {
  await mkdir(to);
  for (const file of await readdir(from)) {
    if (file.endsWith(".yaml")) await copyFile(join(from, file), join(to, file));
  }
}
