import { join } from "node:path";
import type { Env } from "./cache-folder.ts";
import { folderOnPath, versionFault } from "./executable.ts";
import { OLDEST_GO } from "./server-catalog.ts";

/** The path of a Go that is new enough, or the sentence that says why there is none. */
export type FoundGo = { readonly go: string } | { readonly miss: string };

/** Looks for Go on PATH. */
export async function findGo(options: {
  env: Env;
  signal: AbortSignal | undefined;
}): Promise<FoundGo> {
  const { env, signal } = options;
  const folder = folderOnPath("go", env);
  if (folder === undefined) return { miss: "PATH has no go" };
  const go = join(folder, "go");
  const fault = await versionFault([go, "env", "GOVERSION"], { oldest: OLDEST_GO, env, signal });
  return fault === undefined ? { go } : { miss: `PATH (${folder}): go ${fault}` };
}
