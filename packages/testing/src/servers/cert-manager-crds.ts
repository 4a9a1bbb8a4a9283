/** Gets the CustomResourceDefinitions of other versions of cert-manager than the one that runs here. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { withProgress } from "../progress.ts";
import { TestingError } from "../testing-error.ts";
import { makeCacheEntry } from "./cache-entry.ts";
import { defaultCacheFolder } from "./cache-folder.ts";
import { copyYamlFiles } from "./copy-yaml-files.ts";
import { findGo } from "./find-go.ts";
import type { FindOptions } from "./find-servers.ts";
import { type GoSetting, runGo } from "./run-go.ts";
import { OLDEST_GO } from "./server-catalog.ts";
import { formatVersion } from "./version.ts";

/** The Go module that a version's CRDs are in, and its checksum as go.sum has it. */
interface CrdSource {
  readonly module: string;
  readonly sum: string;
}

const CURRENT = "github.com/cert-manager/cert-manager";

/** A version of cert-manager whose CustomResourceDefinitions can be had. */
export type CertManagerVersion = "1.2.0" | "1.16.5" | "1.19.4" | "1.21.2";

/** Each version, and what is special about it. */
export const CERT_MANAGER_CRDS: Readonly<Record<CertManagerVersion, CrdSource>> = {
  /** The last without approval: 1.3 brought it. From before the project's own organisation. */
  "1.2.0": {
    module: "github.com/jetstack/cert-manager",
    sum: "h1:xgXGdvHxGwCFjB13rCQ/fwa4A7FMpPRewa3wiW++EP4=",
  },
  "1.16.5": { module: CURRENT, sum: "h1:XIhKoS4zQV9RHXAkqQW0NLivvoxAnWzbPsy9BG6cPVc=" },
  /** The last without selectable fields: 1.20 brought them. */
  "1.19.4": { module: CURRENT, sum: "h1:7lOkSYj+nJNjgGFfAznQzPpOfWX+1Kgz6xUXwTa/K5k=" },
  "1.21.2": { module: CURRENT, sum: "h1:UWgoYM+KLNtRlqmoWOKjKBOBUPVHeepQ6/ac3ERJW68=" },
};

const FOLDER = "deploy/crds";

/**
 * Finds the folder of a version's CustomResourceDefinitions, as the Go module has them: in the cache,
 * or fetched by Go from its module proxy, which fills the cache.
 *
 * @throws TestingError `ERR_SERVERS_NOT_FOUND` where the cache has none and there is no Go;
 * `ERR_SERVER_BUILD` when Go fails, or the module is not the one whose checksum is known.
 */
export async function findCertManagerCrds(
  version: CertManagerVersion,
  options: FindOptions = {},
): Promise<string> {
  const { env = process.env, progress, signal } = options;
  const { cacheDir = defaultCacheFolder(env) } = options;
  const entry = join(cacheDir, `cert-manager-crds-${version}`);
  if (existsSync(entry)) return entry;
  const found = await findGo({ env, signal });
  if ("miss" in found) throw notFound(version, [`the cache has no ${entry}`, found.miss]);
  await withProgress(
    `fetch the CRDs of cert-manager ${version} with Go`,
    () =>
      makeCacheEntry(entry, (place) => fetchCrds(version, { go: found.go, env, ...place }), {
        progress,
        signal,
      }),
    { progress },
  );
  return entry;
}

/** What `go mod download -json` prints of a module. */
interface DownloadedModule {
  readonly Dir: string;
  readonly Sum: string;
}

async function fetchCrds(
  version: CertManagerVersion,
  options: GoSetting & { out: string },
): Promise<void> {
  const { module, sum } = CERT_MANAGER_CRDS[version];
  const task = `fetch the CRDs of cert-manager ${version}`;
  const lines = await runGo(["mod", "download", "-json", `${module}@v${version}`], {
    ...options,
    task,
    // No module above it, whose go.mod would have a say.
    cwd: options.supervisor.dir,
  });
  const json = lines.slice(lines.indexOf("{"), lines.lastIndexOf("}") + 1).join("");
  const { Dir, Sum } = JSON.parse(json) as DownloadedModule;
  if (Sum !== sum) {
    const message = `Cannot ${task}: ${module} v${version} has checksum ${Sum}, must be ${sum}`;
    throw new TestingError("ERR_SERVER_BUILD", message);
  }
  await copyYamlFiles(join(Dir, FOLDER), options.out);
}

function notFound(version: CertManagerVersion, misses: readonly string[]): TestingError {
  return new TestingError(
    "ERR_SERVERS_NOT_FOUND",
    [
      `Cannot find the CRDs of cert-manager ${version}. Looked at:`,
      ...misses.map((miss) => `  - ${miss}`),
      `Install Go ${formatVersion(OLDEST_GO)} or newer (https://go.dev/dl) and have "go" on PATH: it fetches them once, in seconds.`,
    ].join("\n"),
  );
}
