import { fileURLToPath } from "node:url";

/** The programs of this folder, which run as processes of their own. */
export type ProgramName = "issuer-program" | "loader-program";

/** Where a program is: beside this file, in sources and in the build alike. */
export function pathOfProgram(name: ProgramName): string {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return fileURLToPath(new URL(`./${name}.${extension}`, import.meta.url));
}

/**
 * The flags of this Node that decide which files an import means: a program of ours has to mean the
 * same ones. Nothing else is passed on: a debugger's port can be listened on once.
 */
export function importFlags(execArgv: readonly string[]): string[] {
  return execArgv.flatMap((flag, index) => {
    if (/^(--conditions|-C)=/.test(flag)) return [flag];
    const value = execArgv[index + 1];
    return /^(--conditions|-C)$/.test(flag) && value !== undefined ? [flag, value] : [];
  });
}

/** The environment for it: this process's, without what is meant for this process alone. */
export function programEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...rest } = env;
  const entries = Object.entries(rest);
  return Object.fromEntries(
    entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
