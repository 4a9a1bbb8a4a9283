import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** Environment variables, as `process.env` has them. */
export type Env = Readonly<Record<string, string | undefined>>;

/**
 * Where built servers are kept for later runs: `countersign/servers` in the user's cache folder.
 * A relative XDG_CACHE_HOME is ignored, as the XDG Base Directory specification wants.
 */
export function defaultCacheFolder(env: Env): string {
  const { XDG_CACHE_HOME: xdg, HOME: home = homedir() } = env;
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(home, ".cache");
  return join(base, "countersign", "servers");
}

/** Go's names for this machine, which archives and cache entries go by. */
export interface Platform {
  readonly os: string;
  readonly arch: string;
}

const GO_ARCH: Readonly<Record<string, string>> = { x64: "amd64" };

export function thisPlatform(): Platform {
  return { os: process.platform, arch: GO_ARCH[process.arch] ?? process.arch };
}
